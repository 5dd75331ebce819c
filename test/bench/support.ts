import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadCpuKernels, nodeThreads } from '../../src-main/engine/cpu/kernels.node.ts';
import { instantiateKernels } from '../../src-main/engine/cpu/kernels.ts';
import { createSharedMemory } from '../../src-main/engine/cpu/shared-memory.ts';
import { median } from './printing.ts';

export { machine, median, say, table } from './printing.ts';

const root = join(import.meta.dirname, '../..');

export const spawnThread = nodeThreads(pathToFileURL(join(root, 'src-main/engine/cpu/kernel.worker.ts')));
export const loadKernels = () => loadCpuKernels(join(root, 'out/kernels'));

const FLOPS_PER_PEAK_TURN = 24 * 4 * 2;
const PEAK_TURNS = 2e6;

/** GFLOP/s that one thread reaches with registers alone: what every kernel's share is measured against. */
export function registerPeak(module: WebAssembly.Module): number {
  const kernels = instantiateKernels(module, createSharedMemory().memory);
  kernels.peak(PEAK_TURNS);
  const milliseconds = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    kernels.peak(PEAK_TURNS);
    return performance.now() - startedAt;
  });
  return (FLOPS_PER_PEAK_TURN * PEAK_TURNS) / median(milliseconds) / 1e6;
}

/** @returns where it was written */
export function writeResult(name: string, result: unknown): string {
  const file = join(root, 'out/bench', `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
