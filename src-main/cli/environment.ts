import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder, logFileOf } from '../lab/data-folder.ts';
import { datasetMirror } from '../lab/datasets/dataset-mirror.ts';
import type { LabEnvironment } from '../lab/environment.ts';
import { residentBytes } from '../lab/datasets/resident-bytes.ts';
import type { StoreAccess } from '../store/methods.ts';

const project = new URL('../../', import.meta.url);

/** The lab as it runs from the sources, without a bundle. */
export function sourceEnvironment(
  folder: string | undefined,
  access: StoreAccess,
  { runsAtOnce, methodsFolder }: { runsAtOnce?: number; methodsFolder?: string } = {},
): LabEnvironment {
  const chosen = dataFolder(folder);
  return {
    dataFolder: chosen,
    access,
    workers: {
      training: new URL('../training/training.worker.ts', import.meta.url),
      store: new URL('../store/store.worker.ts', import.meta.url),
      batch: new URL('../training/batches/batch.worker.ts', import.meta.url),
      kernel: new URL('../engine/cpu/kernel.worker.ts', import.meta.url),
      import: new URL('../datasets/import/import.worker.ts', import.meta.url),
    },
    kernelsFolder: fileURLToPath(new URL('out/kernels', project)),
    methodTypesFile: fileURLToPath(new URL('resources/espalier.d.ts', project)),
    methodsFolders: methodsFolder === undefined ? [] : [resolve(methodsFolder)],
    version: productVersion(),
    logFile: logFileOf(chosen),
    startQueued: false,
    runsAtOnce,
    datasetMirror: datasetMirror(),
    residentBytes: residentBytes(),
  };
}

function productVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('package.json', project), 'utf8')) as { version: string };
  return manifest.version;
}
