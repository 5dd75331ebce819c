import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';
import { outFolder, projectRoot } from '../support/folders.ts';
import { Problem } from '../support/problem.ts';
import { ensureFolder } from './made-folder.ts';

/** As deep below the checkout as `src-main/cli`, so that the command line finds kernels and version by the same way. */
const FOLDER = join(outFolder, 'command-line');

const SOURCES = {
  main: 'src-main/cli/main.ts',
  'run-command-line': 'src-main/cli/run-command-line.ts',
  'training.worker': 'src-main/training/training.worker.ts',
  'store.worker': 'src-main/store/store.worker.ts',
  'batch.worker': 'src-main/training/batches/batch.worker.ts',
  'kernel.worker': 'src-main/engine/cpu/kernel.worker.ts',
  'import.worker': 'src-main/datasets/import/import.worker.ts',
} as const;

type Entry = keyof typeof SOURCES;

const fileOf = (entry: Entry): string => join(FOLDER, `${entry}.js`);
const urlOf = (entry: Entry): URL => pathToFileURL(fileOf(entry));

/** The command line, bundled: the file that a test's process runs. */
export const BUNDLED_COMMAND_LINE = fileOf('main');

/** What that process calls, for many command lines in one. */
export const BUNDLED_RUN_COMMAND_LINE = urlOf('run-command-line').href;

/** The threads' entries, bundled: a `LabEnvironment`'s table. */
export const BUNDLED_WORKERS = {
  training: urlOf('training.worker'),
  store: urlOf('store.worker'),
  batch: urlOf('batch.worker'),
  kernel: urlOf('kernel.worker'),
  import: urlOf('import.worker'),
};

// What is installed for one machine or read as files stays outside, as in the packaged app.
const OUTSIDE = ['better-sqlite3', 'sharp', '@img/sharp-wasm32', 'webgpu', '@tensorflow/tfjs-node-gpu', 'mnist'];

/**
 * Bundles the command line and its threads into `out/command-line` where any source changed since the last time. The
 * tests start thousands of them, and a process or thread of one file starts in half the processor time that it takes
 * to strip, resolve and link hundreds (docs/logbook/test-suite.md).
 *
 * @throws {Problem} with what the bundler complained about
 */
export async function ensureBundle(): Promise<void> {
  try {
    await ensureFolder(FOLDER, inputPaths(), bundle);
  } catch (error) {
    throw new Problem(`The command line does not bundle: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function bundle(folder: string): Promise<void> {
  // Loaded only here: most calls find the bundle made.
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    plugins: [besideOneAnother],
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(SOURCES).map(([entry, file]) => [entry, join(projectRoot, file)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
    ssr: { noExternal: true, external: OUTSIDE },
  });
}

/** The sources name a thread's entry by its way from theirs; in the bundle all are in one folder. */
const besideOneAnother: Plugin = {
  name: 'workers-beside-one-another',
  enforce: 'pre',
  transform: (code) => ({
    code: code.replaceAll(/'[^'\n]*\/([\w-]+\.worker)\.ts', import\.meta\.url/g, `'./$1.js', import.meta.url`),
    map: null,
  }),
};

function inputPaths(): string[] {
  const rooms = readdirSync(join(projectRoot, 'src-main')).filter((room) => room !== 'desktop' && room !== 'toolchain');
  const inputs = [...rooms.map((room) => join('src-main', room)), 'package-lock.json'];
  return [...inputs.map((path) => join(projectRoot, path)), import.meta.filename];
}
