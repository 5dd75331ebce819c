import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../engine.ts';
import type { SpawnThread } from './threads.ts';

export interface CpuKernels {
  module: WebAssembly.Module;
  /** `relaxed` has fused multiply-add and so rounds differently: results differ in the last bits between the two. */
  simd: 'relaxed' | 'plain';
}

const FILES = { relaxed: 'relaxed.wasm', plain: 'simd.wasm' } as const;

/**
 * The compiled kernels from `folder` (`out/kernels`): the relaxed-SIMD build where this runtime accepts it and
 * `ESPALIER_SIMD` is not `plain`, otherwise the plain one.
 * @throws EngineError where they are missing, or the runtime has no WebAssembly SIMD
 */
export async function loadCpuKernels(folder: string): Promise<CpuKernels> {
  const wanted = process.env.ESPALIER_SIMD ?? 'relaxed';
  if (wanted !== 'plain' && wanted !== 'relaxed')
    throw new EngineError(`ESPALIER_SIMD is "${wanted}"; it must be plain or relaxed, or not set.`);
  for (const simd of wanted === 'plain' ? (['plain'] as const) : (['relaxed', 'plain'] as const)) {
    const binary = await readKernels(join(folder, FILES[simd]));
    if (WebAssembly.validate(binary)) return { module: await WebAssembly.compile(binary), simd };
  }
  throw new EngineError('This runtime has no WebAssembly SIMD with threads, which the CPU engine needs.');
}

async function readKernels(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new EngineError(`The CPU engine's kernels cannot be read from ${file}. Build them with: npm run kernels`, {
      cause: error,
    });
  }
}

/** Kernel threads as Node worker threads; `entry` is where `kernel.worker` is in this build. */
export function nodeThreads(entry: URL | string): SpawnThread {
  return (boot, onEnd) => {
    const worker = new Worker(entry, { workerData: boot, name: `kernel-${boot.thread}` });
    worker.on('error', (error) => onEnd(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => onEnd(`exit code ${code}`));
    // A forgotten engine must not keep a process alive.
    worker.unref();
    return {
      terminate: async () => {
        await worker.terminate();
      },
    };
  };
}
