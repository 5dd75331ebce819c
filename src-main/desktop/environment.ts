import { app } from 'electron';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkDataFolder } from '../lab/check-data-folder.ts';
import { dataFolder, logFileOf } from '../lab/data-folder.ts';
import { datasetMirror } from '../lab/datasets/dataset-mirror.ts';
import { residentBytes } from '../lab/datasets/resident-bytes.ts';
import type { GpuHost, LabEnvironment } from '../lab/environment.ts';
import type { BatchFiles } from './gpu/batch-process.ts';

/** Where things are, run from a checkout (`out/` beside the sources) or from a package (inside its archive). */
export interface AppPaths {
  dataFolder: string;
  /** Chromium's own files and the window’s position. */
  windowFolder: string;
  rendererFolder: string;
  preloadFile: string;
  /** Of the hidden window that owns the graphics card. */
  gpuPreloadFile: string;
  /** Entries of the process that reads images from disk for it, and of that process's thread. */
  gpuBatches: BatchFiles;
  /** Entry of the process in which a person's own methods run for it. */
  gpuRules: string;
  iconFile: string | null;
}

/** Must be called before the single-instance lock is taken, which belongs to a data folder. */
export function findPaths(commandLine: readonly string[]): AppPaths {
  const data = dataFolder(namedDataFolder(commandLine));
  const icon = join(app.getAppPath(), 'resources', 'icon', '256x256.png');
  return {
    dataFolder: data,
    windowFolder: join(data, 'window'),
    rendererFolder: builtPath('renderer'),
    preloadFile: builtPath('preload', 'window.preload.cjs'),
    gpuPreloadFile: builtPath('preload', 'gpu.preload.cjs'),
    gpuBatches: {
      process: builtPath('main', 'gpu-batches.process.js'),
      thread: builtPath('main', 'gpu-batches.worker.js'),
    },
    gpuRules: builtPath('main', 'gpu-rules.process.js'),
    iconFile: existsSync(icon) ? icon : null,
  };
}

/**
 * Chromium ends without a word where it cannot write its own files. Where the data folder cannot serve, they go to a
 * folder of the system's, so that a window can say why.
 */
export function withUsableWindowFolder(paths: AppPaths): AppPaths {
  try {
    checkDataFolder(paths.dataFolder, 'write', true);
    return paths;
  } catch {
    return { ...paths, windowFolder: mkdtempSync(join(tmpdir(), 'espalier-window-')) };
  }
}

/** The lab's environment in the window's process. */
export function labEnvironment(
  paths: AppPaths,
  gpu: GpuHost,
  choosing: Pick<LabEnvironment, 'chooseDataset' | 'chooseExport'>,
): LabEnvironment {
  return {
    dataFolder: paths.dataFolder,
    access: 'write',
    workers: {
      training: workerUrl('training'),
      store: workerUrl('store'),
      batch: workerUrl('batch'),
      kernel: workerUrl('kernel'),
      import: workerUrl('import'),
    },
    kernelsFolder: app.isPackaged ? join(process.resourcesPath, 'kernels') : builtPath('kernels'),
    methodTypesFile: join(
      app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources'),
      'espalier.d.ts',
    ),
    version: app.getVersion(),
    logFile: logFileOf(paths.dataFolder),
    startQueued: true,
    asksForMethods: true,
    datasetMirror: datasetMirror(),
    residentBytes: residentBytes(),
    gpu,
    ...choosing,
  };
}

const builtPath = (...parts: string[]) => join(app.getAppPath(), 'out', ...parts);
const workerUrl = (name: string) => pathToFileURL(builtPath('main', `${name}.worker.js`));

/** `--data DIR` or `--data=DIR`, as on the command line. */
function namedDataFolder(commandLine: readonly string[]): string | undefined {
  const at = commandLine.findIndex((argument) => argument === '--data' || argument.startsWith('--data='));
  if (at < 0) return undefined;
  return commandLine[at] === '--data' ? commandLine[at + 1] : commandLine[at].slice('--data='.length);
}
