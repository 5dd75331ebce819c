import { join } from 'node:path';
import { outFolder, projectRoot } from '../support/folders.ts';
import { ensureFolder } from './made-folder.ts';

const FOLDER = join(outFolder, 'tfjs');

/** TensorFlow.js with its plain JavaScript backend and its gradients, in one file. */
export const BUNDLED_TFJS = join(FOLDER, 'tfjs.js');

/** Packages that this file stands for in tests. */
export const TFJS_PACKAGES = /^@tensorflow\/tfjs-(core|backend-cpu)(\/.*)?$/;

const SOURCE = [
  'export * from "@tensorflow/tfjs-core";',
  // Neither package's entry brings them along.
  'import "@tensorflow/tfjs-core/dist/register_all_gradients.js";',
  'import "@tensorflow/tfjs-backend-cpu";',
].join('\n');
const ENTRY = 'virtual:tfjs';

/**
 * Bundles the modules of TensorFlow.js that tests train with. Node takes the packages' builds for ES5, whose loops over
 * arguments and iterators take twice the time of the modules' own (docs/logbook/test-suite.md).
 */
export async function ensureTfjs(): Promise<void> {
  await ensureFolder(FOLDER, [join(projectRoot, 'package-lock.json'), import.meta.filename], async (folder) => {
    // Loaded only here: most calls find the bundle made.
    const { build } = await import('vite');
    await build({
      configFile: false,
      root: projectRoot,
      logLevel: 'error',
      plugins: [
        {
          name: 'tfjs-entry',
          resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
          load: (id) => (id === `\0${ENTRY}` ? SOURCE : null),
        },
      ],
      build: {
        ssr: true,
        outDir: folder,
        emptyOutDir: false,
        target: 'node24',
        minify: false,
        rolldownOptions: { input: { tfjs: ENTRY }, output: { format: 'es', entryFileNames: '[name].js' } },
      },
      ssr: { noExternal: true, resolve: { mainFields: ['module', 'main'], conditions: [] } },
    });
  });
}
