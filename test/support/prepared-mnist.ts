import { constants, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { outFolder } from '../../src-main/toolchain/support/folders.ts';

/** MNIST as the catalogue keeps it: see prepare-mnist.ts. */
export const PREPARED_MNIST = join(outFolder, 'test-data', 'mnist.espdata');

/** Puts the prepared MNIST into a data folder, which is made where it is missing. @returns the folder */
export function putMnist(dataFolder: string): string {
  const datasets = join(dataFolder, 'datasets');
  mkdirSync(datasets, { recursive: true });
  copyFileSync(PREPARED_MNIST, join(datasets, 'mnist.espdata'), constants.COPYFILE_FICLONE);
  return dataFolder;
}
