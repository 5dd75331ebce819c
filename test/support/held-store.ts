/** Stores that stand until the test lets them go, however fast or slow the machine is: see hold-store.ts. */

import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';

/** The file of the data folder while which is there nothing more is stored, once the first points came. */
export const HELD = 'held';

/** What a process of such a store says on standard error when that stands. */
export const HOLDING = 'The store is held.';

const module = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** As JavaScript: Electron's Node may not strip types. */
const holding = (says: boolean): string => {
  const source = readFileSync(new URL('hold-store.ts', import.meta.url), 'utf8');
  const call = `holdStore(${JSON.stringify(HELD)}, ${JSON.stringify(says ? HOLDING : null)});`;
  return `${stripTypeScriptTypes(source)}\n${call}\n`;
};

/** The entry of the real store worker, which is held. */
export const heldStore = (): URL => {
  const entry = BUNDLED_WORKERS.store.href;
  return new URL(module(`${holding(false)}await import(${JSON.stringify(entry)});`));
};

/** The environment of a process whose store is held. */
export const heldProcess = (): NodeJS.ProcessEnv => ({ NODE_OPTIONS: `--import=${module(holding(true))}` });

/** The text of a CommonJS module that, preloaded into the app, has its store held. */
export const heldApp = (): string => `
const threads = require('node:worker_threads');
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(entry, options) {
    const isStore = String(entry).endsWith('/store.worker.js');
    super(isStore ? new URL(${JSON.stringify(module(holding(true)))} + encodeURIComponent(\`await import("\${entry}");\`)) : entry, options);
  }
};
require('node:module').syncBuiltinESMExports();
`;
