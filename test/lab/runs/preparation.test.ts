import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultImportChoices, type ConfigurationInput } from '../../../src-main/contract/index.ts';
import { smallClassFolders, writeTree } from '../../datasets/support/image-files.ts';
import { openTestLab, statusOf, temporaryFolder, testEnvironment, tiny, waitUntil } from '../support/lab.ts';

const slowCheck = new URL('../support/slow-check.worker.ts', import.meta.url);
const onPets: ConfigurationInput = { ...tiny, dataset: 'pets', batchSize: 2, engine: 'cpu', validationFraction: 0.2 };

/** A lab with one run whose image files are being compared, which never ends by itself. */
async function openComparing() {
  const folder = temporaryFolder();
  const { workers } = testEnvironment(folder);
  const lab = await openTestLab(folder, { workers: { ...workers, import: slowCheck } });
  const pets = await writeTree(join(folder, 'pets'), await smallClassFolders());
  await lab.importDataset({ path: pets }, { ...defaultImportChoices, name: 'pets', keepFiles: true });
  const [{ id }] = await lab.launchRuns([onPets], null);
  await waitUntil(async () => (await statusOf(lab, id)) === 'running');
  return { folder, lab, id };
}

describe('a run whose image files are being compared', { timeout: 120_000 }, () => {
  it('says so in its log, and can be cancelled', async () => {
    const { lab, id } = await openComparing();
    await waitUntil(async () => (await lab.readLog(id)).length > 0);
    expect((await lab.readLog(id))[0].text).toMatch(/^Comparing the image files: \d+% so far\.$/);
    await lab.cancelRun(id);
    expect(await statusOf(lab, id)).toBe('cancelled');
  });

  it('does not hold up closing, and goes on later', async () => {
    const { folder, lab, id } = await openComparing();
    await lab.close();
    const later = await openTestLab(folder);
    expect(await statusOf(later, id)).toBe('interrupted');
    await later.resumeRun(id);
    expect((await later.waitForEnd([id]))[0]).toMatchObject({ status: 'finished', failure: null });
  });
});
