import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultImportChoices, type ImportChoices, type ImportReport } from '../../../src-main/contract/index.ts';
import {
  createDatasetCatalogue,
  type DatasetCatalogue,
  type ImportWatching,
} from '../../../src-main/datasets/catalogue.ts';
import { BUNDLED_WORKERS } from '../../../src-main/toolchain/testing/bundle.ts';
import { writeTree } from './image-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const importWorker = BUNDLED_WORKERS.import;

export interface CatalogueBench {
  root: string;
  dataFolder: string;
  catalogue: DatasetCatalogue;
  importAs(path: string, choices?: Partial<ImportChoices>, watching?: ImportWatching): Promise<ImportReport>;
  /** Names of the files where copies are kept. */
  stored(): Promise<string[]>;
}

/** A catalogue over an empty data folder of its own. */
export async function openCatalogue(): Promise<CatalogueBench> {
  const root = await temporaryFolder();
  const dataFolder = join(root, 'data');
  const catalogue = createDatasetCatalogue({
    dataFolder,
    importWorker,
    fashionMnistFolder: join(root, 'no fashion here'),
  });
  return {
    root,
    dataFolder,
    catalogue,
    importAs: (path, choices = {}, watching = {}) =>
      catalogue.importFrom(path, { ...defaultImportChoices, ...choices }, watching),
    stored: () => readdir(join(dataFolder, 'datasets')).catch(() => []),
  };
}

/** The same beside a folder of these files. */
export async function openCatalogueBeside(
  files: Record<string, Uint8Array | string>,
): Promise<CatalogueBench & { folder: string }> {
  const bench = await openCatalogue();
  return { ...bench, folder: await writeTree(join(bench.root, 'files'), files) };
}
