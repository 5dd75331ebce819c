import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { LONGEST_BACKLOG, type ConfigurationInput } from '../../src-main/contract/index.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import { HELD, heldStore } from '../support/held-store.ts';
import { announcingTrainer } from '../support/standing.ts';
import { openTestLab, temporaryFolder, testEnvironment, tiny, waitUntil } from './support/lab.ts';

/** Says more than it computes: its masks change after every step. */
const talkative: ConfigurationInput = {
  ...tiny,
  method: 'set',
  network: 'mlp-8',
  updateEvery: 1,
  stopFraction: 1,
  batchSize: 64,
  epochs: 5000,
  checkpointEvery: 5000,
};

/** More than a step and the end of a run say. */
const ONE_STEP_AND_ENDING = 30;

it(
  'a run ahead of its store waits; cancelled meanwhile, it ends with all that it said stored',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, HELD), '');
    const workers = { ...testEnvironment(folder).workers, store: heldStore() };
    const lab = await openTestLab(folder, { workers });
    const [{ id }] = await lab.launchRuns([talkative], null);
    let most = 0;
    await waitUntil(() => {
      most = Math.max(most, lab.unstored().messages);
      return most > LONGEST_BACKLOG.messages;
    });
    expect(lab.unstored().runs).toBe(1);
    const cancelled = lab.cancelRun(id);
    rmSync(join(folder, HELD));
    await waitUntil(() => {
      most = Math.max(most, lab.unstored().messages);
      return lab.activeCount() === 0;
    });
    await cancelled;
    expect(most).toBeLessThanOrEqual(LONGEST_BACKLOG.messages + ONE_STEP_AND_ENDING);
    expect(lab.unstored()).toEqual({ runs: 0, messages: 0, bytes: 0, because: null });
    const { item } = await lab.getRun(id);
    expect(item).toMatchObject({ status: 'cancelled', steps: item.updates });
    expect(storedOf(folder)).toMatchObject({ updates: item.updates, lastStep: item.steps, records: item.updates });
  },
);

it('a lab that closes while its store is behind suspends its runs at once', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, HELD), '');
  const suspended = join(folder, 'suspended');
  const trainer = announcingTrainer('suspended', suspended);
  const workers = { ...testEnvironment(folder).workers, store: heldStore(), training: trainer };
  const lab = await openTestLab(folder, { workers });
  const [{ id }] = await lab.launchRuns([talkative], null);
  // Mask updates are among them: the store stands.
  await waitUntil(() => lab.unstored().messages > 100);
  const closed = lab.close();
  await waitUntil(() => existsSync(suspended));
  expect(lab.unstored().runs).toBe(1);
  rmSync(join(folder, HELD));
  await closed;
  const again = await openTestLab(folder);
  const { item } = await again.getRun(id);
  expect(item).toMatchObject({ status: 'interrupted', updates: item.steps });
  expect(storedOf(folder)).toMatchObject({ updates: item.updates, lastStep: item.steps, records: item.updates });
});

it('a run is called finished once its points and masks can be read by anyone', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const lab = await openTestLab(folder);
  let stored: unknown;
  lab.on('runs-changed', ([item]) => {
    if (item.status === 'finished') stored ??= storedOf(folder);
  });
  const [{ id }] = await lab.launchRuns([{ ...talkative, epochs: 4 }], null);
  const [{ status, steps, updates, weightsHash }] = await lab.waitForEnd([id]);
  expect(status).toBe('finished');
  expect(updates).toBeGreaterThan(100);
  expect(stored).toEqual({ status, updates, records: updates, lastStep: steps, weightsHash });
});

/** What a connection of its own finds of the only run. */
function storedOf(folder: string): unknown {
  const database = new Database(databaseFile(folder), { readonly: true });
  try {
    return database
      .prepare(
        `SELECT status, weights_hash AS weightsHash,
           (SELECT max(at) FROM mask_updates) AS updates,
           (SELECT count(*) FROM update_records) AS records,
           (SELECT max(step) FROM points) AS lastStep
         FROM runs`,
      )
      .get();
  } finally {
    database.close();
  }
}
