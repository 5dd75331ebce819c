import { join } from 'node:path';
import { type CpuEngine, openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import { type CpuKernels, loadCpuKernels, nodeThreads } from '../../src-main/engine/cpu/kernels.node.ts';
import type { SpawnThread } from '../../src-main/engine/cpu/threads.ts';
import type { ChooseStorage } from '../../src-main/engine/cpu/weight-storage.ts';
import { BUNDLED_WORKERS } from '../../src-main/toolchain/testing/bundle.ts';
import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { keptThreads } from './kept-threads.ts';

const root = join(import.meta.dirname, '../..');

export const kernelFolder = join(root, 'out/kernels');
export const spawnThread = nodeThreads(BUNDLED_WORKERS.kernel);

const builds = new Map<string, Promise<CpuKernels>>();

/** Compiled once for each build: the engine measures its kernels once for each compiled module. */
export function loadBuild(simd: 'relaxed' | 'plain'): Promise<CpuKernels> {
  const known = builds.get(simd);
  if (known) return known;
  const before = process.env.ESPALIER_SIMD;
  process.env.ESPALIER_SIMD = simd;
  const build = loadCpuKernels(kernelFolder);
  if (before === undefined) delete process.env.ESPALIER_SIMD;
  else process.env.ESPALIER_SIMD = before;
  builds.set(simd, build);
  return build;
}

export async function openCpu(
  opening: EngineOptions,
  {
    simd = 'relaxed',
    spawn = keptThreads,
    storage,
  }: { simd?: 'relaxed' | 'plain'; spawn?: SpawnThread; storage?: ChooseStorage } = {},
): Promise<CpuEngine> {
  return openCpuEngine(opening, { ...(await loadBuild(simd)), spawnThread: spawn, storage });
}
