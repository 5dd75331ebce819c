import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ConfigurationInput } from '../../../src-main/contract/index.ts';
import type { LabEnvironment } from '../../../src-main/lab/environment.ts';
import { createLab, type Lab } from '../../../src-main/lab/lab.ts';

const source = (path: string): URL => new URL(`../../../${path}`, import.meta.url);

/** A folder of its own for the running test, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function testEnvironment(dataFolder: string, change: Partial<LabEnvironment> = {}): LabEnvironment {
  return {
    dataFolder,
    access: 'write',
    workers: {
      training: source('src-main/training/training.worker.ts'),
      store: source('src-main/store/store.worker.ts'),
      batch: source('src-main/training/batch.worker.ts'),
      kernel: source('src-main/engine/cpu/kernel.worker.ts'),
      import: source('src-main/datasets/import/import.worker.ts'),
    },
    kernelsFolder: fileURLToPath(source('out/kernels')),
    version: 'test',
    logFile: null,
    startQueued: true,
    ...change,
  };
}

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

/** Long enough never to end within a test. */
export const endless: ConfigurationInput = { ...tiny, epochs: 100_000, checkpointEvery: 100_000 };

export async function waitUntil(condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`Nothing happened within ${seconds} s: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const statusOf = async (lab: Lab, id: string): Promise<string> => (await lab.getRun(id)).item.status;

/** Until the run trains for real: it has made steps. */
export const waitForSteps = (lab: Lab, id: string, steps = 1): Promise<void> =>
  waitUntil(async () => (await lab.getRun(id)).item.steps >= steps);
