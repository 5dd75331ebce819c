import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunPlan } from '../../../src-main/contract/index.ts';
import { openStore, type Store } from '../../../src-main/store/client.ts';
import type { StoreAccess } from '../../../src-main/store/methods.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import type { NewRun } from '../../../src-main/store/records.ts';
import { requireConfiguration } from '../../support/methods.ts';

export const storeWorkerUrl = BUNDLED_WORKERS.store;

/** A folder of its own for the running test, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openTestStore(folder = temporaryFolder(), access: StoreAccess = 'write'): Promise<Store> {
  const store = await openStore({ workerUrl: storeWorkerUrl, folder, access });
  onTestFinished(() => store.kill());
  return store;
}

const plan: RunPlan = {
  layers: [],
  prunableWeights: 1000,
  activeWeights: 50,
  parameters: 1010,
  stepsPerEpoch: 10,
  totalSteps: 100,
  updates: 4,
  trainFlopsPerSample: 1,
  denseTrainFlopsPerSample: 2,
  flops: { trainRatio: 0.5, inferenceRatio: 0.05 },
  expectedRs: 0.2,
  maxRs: 0.3,
};

export const newRun = (id: string, change: Partial<NewRun> = {}): NewRun => ({
  id,
  name: `Run ${id}`,
  study: null,
  configuration: requireConfiguration({}),
  plan,
  engine: 'cpu',
  threads: 2,
  createdAt: 1_700_000_000_000,
  rs: 0.05,
  ...change,
});
