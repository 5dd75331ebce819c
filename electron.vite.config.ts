import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { recordPackages } from './src-main/toolchain/packaging/bundled-packages.ts';

// The oldest Electron the app runs on (Node 20.18, Chrome 130) decides the syntax; see docs/dependencies.md.
process.env.ELECTRON_MAJOR_VER ??= '33';

const root = import.meta.dirname;

/** Entry name -> file, for the files that exist: `a/b/store.worker.ts` becomes `store.worker`. */
function entries(...files: string[]): Record<string, string> {
  const present = files.map((file) => resolve(root, file)).filter((file) => existsSync(file));
  return Object.fromEntries(present.map((file) => [basename(file, '.ts'), file]));
}

export default defineConfig({
  main: {
    plugins: [recordPackages(root, 'main')],
    build: {
      sourcemap: true,
      externalizeDeps: { exclude: ['valibot'] },
      rolldownOptions: {
        input: entries(
          'src-main/desktop/main.ts',
          'src-main/training/training.worker.ts',
          'src-main/training/batches/batch.worker.ts',
          'src-main/desktop/gpu/gpu-batches.process.ts',
          'src-main/desktop/gpu/gpu-batches.worker.ts',
          'src-main/desktop/gpu/gpu-rules.process.ts',
          'src-main/store/store.worker.ts',
          'src-main/engine/cpu/kernel.worker.ts',
          'src-main/datasets/import/import.worker.ts',
        ),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    plugins: [recordPackages(root, 'preload')],
    build: {
      sourcemap: true,
      // A sandboxed preload cannot load modules: everything goes into its one file.
      externalizeDeps: false,
      rolldownOptions: {
        input: entries('src-main/desktop/window.preload.ts', 'src-main/desktop/gpu/gpu.preload.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    plugins: [svelte(), recordPackages(root, 'renderer')],
    build: {
      sourcemap: true,
      outDir: resolve(root, 'out/renderer'),
      // The content security policy allows the app's own files only, no data: addresses.
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: {
          index: resolve(root, 'src-renderer/index.html'),
          // The hidden page that owns the graphics card, and its runs' Web Workers: scripts under names that stay.
          'gpu/page': resolve(root, 'src-main/desktop/gpu/page.ts'),
          'gpu/training.web-worker': resolve(root, 'src-main/training/training.web-worker.ts'),
        },
        output: {
          entryFileNames: ({ name }) => (name.startsWith('gpu/') ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  },
});
