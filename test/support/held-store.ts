/** Stores that stand until the test lets them go, however fast or slow the machine is: see hold-store.ts. */

import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';

/** The file of the data folder while which is there nothing more is stored, once the first points came. */
export const HELD = 'held';

const source = (path: string): string => new URL(path, import.meta.url).href;

const module = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

const holding = (say: boolean): string =>
  `import { holdStore } from ${JSON.stringify(source('hold-store.ts'))};\nholdStore(${say});\n`;

/** The entry of the real store worker, which is held. */
export const heldStore = (): URL => {
  const entry = BUNDLED_WORKERS.store.href;
  return new URL(module(`${holding(false)}await import(${JSON.stringify(entry)});`));
};

/** The environment of a process whose store is held. */
export const heldProcess = (): NodeJS.ProcessEnv => ({ NODE_OPTIONS: `--import=${module(holding(true))}` });

/** What such a process says on standard error when its store stands. */
export const HOLDING = 'The store is held.';
