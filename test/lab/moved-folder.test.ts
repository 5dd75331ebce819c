import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLab } from '../../src-main/lab/lab.ts';
import { openTestLab, standingAt, temporaryFolder, testEnvironment, tiny, untilUpdated } from './support/lab.ts';

it('a run whose data folder is moved fails with what to do, and is resumed where the folder is now', async () => {
  const parent = temporaryFolder();
  const [folder, elsewhere] = [join(parent, 'data'), join(parent, 'elsewhere')];
  const lab = await createLab(testEnvironment(folder, standingAt(10)));
  const [{ id }] = await lab.launchRuns([tiny], null);
  await untilUpdated(lab, id, 10);
  await lab.pauseRun(id);
  renameSync(folder, elsewhere);
  const [ended] = await lab.waitForEnd([id]);
  expect(ended).toMatchObject({ status: 'failed', failure: expect.stringContaining('Put it back') as string });
  await expect(lab.resumeRun(id)).rejects.toThrow('cannot be resumed yet');
  await expect(lab.close()).rejects.toThrow(/not stored, and lost, are .*run/);
  expect(existsSync(folder)).toBe(false);

  const there = await openTestLab(elsewhere);
  await there.resumeRun(id);
  expect(await there.waitForEnd([id])).toMatchObject([{ status: 'finished' }]);
});
