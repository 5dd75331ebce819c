/**
 * Runs that stand still at a step that the test names, so that they are suspended, paused, cancelled or killed there
 * however fast or slow the machine is.
 */

import type { TrainerEvent } from '../../src-main/contract/index.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';

const source = (path: string): string => new URL(path, import.meta.url).href;

const module = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

const standing = (step: number, say: boolean): string =>
  `import { standAtStep } from ${JSON.stringify(source('stand-at-step.ts'))};\nstandAtStep(${step}, ${say});\n`;

/** The entry of the real training worker, whose run stands at this step until the lab wants anything but training. */
export const standingTrainer = (step: number): URL => {
  const entry = BUNDLED_WORKERS.training.href;
  return new URL(module(`${standing(step, false)}await import(${JSON.stringify(entry)});`));
};

/** The entry of the real training worker that makes this file once its trainer has said an event of this type. */
export const announcingTrainer = (type: TrainerEvent['type'], file: string): URL =>
  new URL(
    module(`
import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
const post = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (event, transfer) => {
  post(event, transfer);
  if (event.type === ${JSON.stringify(type)}) writeFileSync(${JSON.stringify(file)}, '');
};
await import(${JSON.stringify(BUNDLED_WORKERS.training.href)});
`),
  );

/** The environment of a process all of whose runs stand at this step. */
export const standingProcess = (step: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${module(standing(step, true))}`,
});

/** What such a process says on standard error of a run that stands, before the step. */
export const STANDING = 'The run stands at step';
