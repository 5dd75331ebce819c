import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import type { LabEnvironment } from '../../../src-main/lab/environment.ts';
import { createLab, type Lab } from '../../../src-main/lab/lab.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import { addMnist } from '../../support/prepared-mnist.ts';
import { standingTrainer } from '../../support/standing.ts';

/** A data folder of its own for the running test, with MNIST prepared, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return addMnist(folder);
}

export function testEnvironment(dataFolder: string, change: Partial<LabEnvironment> = {}): LabEnvironment {
  return {
    dataFolder,
    access: 'write',
    workers: BUNDLED_WORKERS,
    kernelsFolder: fileURLToPath(new URL('../../../out/kernels', import.meta.url)),
    methodTypesFile: fileURLToPath(new URL('../../../resources/espalier.d.ts', import.meta.url)),
    version: 'test',
    logFile: null,
    startQueued: true,
    ...change,
  };
}

/** Runs stand at this step until they are asked for something: see test/support/standing.ts. */
export const standingAt = (step: number): Pick<LabEnvironment, 'workers'> => ({
  workers: { ...testEnvironment('').workers, training: standingTrainer(step) },
});

/** Until the mask update of this step is stored, which is where a run of `standingAt` stands. */
export const untilUpdated = (lab: Lab, id: string, step: number): Promise<void> =>
  new Promise((resolve) => {
    const stop = lab.on('mask-updated', (update) => {
      if (update.runId !== id || update.step !== step) return;
      stop();
      resolve();
    });
  });

/** A lab of its own, closed with the test. */
export async function openTestLab(folder = temporaryFolder(), change: Partial<LabEnvironment> = {}): Promise<Lab> {
  const lab = await createLab(testEnvironment(folder, change));
  onTestFinished(() => lab.close({ graceful: false }));
  return lab;
}

/** Seconds of work at most: real training, tiny. */
export const tiny: ConfigurationInput = {
  method: 'rigl',
  network: 'mlp-24',
  sparsity: 0.9,
  epochs: 2,
  batchSize: 128,
  updateEvery: 10,
  threads: 1,
  checkpointEvery: 1,
};

/** Long enough never to end within a test. Its updates stop after 1000 epochs: a plan counts them all, which takes a while. */
export const endless: ConfigurationInput = { ...tiny, epochs: 100_000, checkpointEvery: 100_000, stopFraction: 0.01 };

/** What never comes is told after this long; no machine is too slow for what does. */
const HANG_SECONDS = 120;

export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + HANG_SECONDS * 1000;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`Nothing happened within ${HANG_SECONDS} s: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const statusOf = async (lab: Lab, id: string): Promise<string> => (await lab.getRun(id)).item.status;

/** Until the run trains for real: it has made steps. */
export const waitForSteps = (lab: Lab, id: string, steps = 1): Promise<void> =>
  waitUntil(async () => (await lab.getRun(id)).item.steps >= steps);
