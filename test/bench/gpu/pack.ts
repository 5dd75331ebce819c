import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'vite';
import { findElectron } from '../../../src-main/toolchain/electron-runtime.ts';
import { say } from '../printing.ts';
import { PACKED_README, RUN_SCRIPT } from './pack-texts.ts';

const root = resolve(import.meta.dirname, '../../..');
const DAWN = join(root, 'node_modules/webgpu');
/** The oldest Node that the folder must run on. */
const TARGET = 'node20';

/**
 * Makes a folder that measures on a machine with nothing but Node and a Vulkan driver, of this machine's platform: the
 * benchmark in one file, Dawn's native library, the peer's script, and where an Electron is at hand its Vulkan loader and
 * software driver. @returns the exit code
 */
export async function packGpuBench(wanted: string): Promise<number> {
  const folder = resolve(wanted);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    say(`--pack: ${folder} is not empty. Name a folder that is, or that is not there yet.`);
    return 1;
  }
  const build = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
  const library = join(DAWN, 'dist', build);
  if (!existsSync(library)) {
    say(
      `--pack: the package webgpu has no library for ${build} in ${library}. npm install --include=optional gets it.`,
    );
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  await bundle(folder);
  const dawn = join(folder, 'node_modules/webgpu');
  mkdirSync(dawn, { recursive: true });
  for (const file of ['index.js', 'package.json', 'LICENSE.md']) copyFileSync(join(DAWN, file), join(dawn, file));
  cpSync(library, join(dawn, 'dist', build), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'torch_gpu_peer.py'), join(folder, 'torch_gpu_peer.py'));
  const hasVulkan = process.platform === 'linux' && copyVulkan(join(folder, 'vulkan'));
  writeFileSync(join(folder, 'README.md'), PACKED_README(build, hasVulkan));
  writeFileSync(join(folder, 'run.sh'), RUN_SCRIPT, { mode: 0o755 });
  say(`${folder} holds the benchmark for ${build}: copy it, then run ./run.sh in it (README.md says more).`);
  return 0;
}

async function bundle(folder: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: join(import.meta.dirname, 'packed.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: TARGET,
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'gpu-bench.mjs', codeSplitting: false } },
    },
    ssr: { noExternal: true, external: ['webgpu'] },
  });
}

/** A loader for machines whose driver came without one, and a driver to try the folder anywhere. */
function copyVulkan(to: string): boolean {
  const electron = findElectron();
  if (!electron) {
    say(`No Electron is installed here, so ${relative(process.cwd(), to)} with Vulkan's loader is left out.`);
    return false;
  }
  const from = dirname(electron.executable);
  mkdirSync(join(to, 'loader'), { recursive: true });
  copyFileSync(join(from, 'libvulkan.so.1'), join(to, 'loader/libvulkan.so.1'));
  for (const file of ['libvk_swiftshader.so', 'vk_swiftshader_icd.json'])
    copyFileSync(join(from, file), join(to, file));
  return true;
}
