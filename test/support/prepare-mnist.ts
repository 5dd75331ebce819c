import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDatasetCatalogue } from '../../src-main/datasets/catalogue.ts';
import { fingerprintFiles, readStamp } from '../../src-main/toolchain/support/files.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';
import { PREPARED_MNIST } from './prepared-mnist.ts';

const STAMP = `${PREPARED_MNIST}.stamp`;
const MADE_FROM = ['src-main/datasets', 'src-main/numerics', 'src-main/contract', 'package-lock.json'];

/**
 * Vitest's global setup: MNIST as the catalogue prepares it on its first use, where what prepares it has changed. It
 * takes as long as a tiny run takes to train, and a hundred tests train one in a data folder of their own.
 */
export default async function prepareMnist(): Promise<void> {
  const fingerprint = fingerprintFiles(
    projectRoot,
    MADE_FROM.map((path) => join(projectRoot, path)),
  );
  if (existsSync(PREPARED_MNIST) && readStamp(STAMP) === fingerprint) return;
  mkdirSync(dirname(PREPARED_MNIST), { recursive: true });
  const dataFolder = mkdtempSync(join(dirname(PREPARED_MNIST), 'mnist-'));
  try {
    await createDatasetCatalogue({ dataFolder, importWorker: BUNDLED_WORKERS.import }).load('mnist');
    renameSync(join(dataFolder, 'datasets', 'mnist.espdata'), PREPARED_MNIST);
    writeFileSync(STAMP, fingerprint);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}
