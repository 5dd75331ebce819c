import type { EngineAvailability } from '../contract/index.ts';

/** The engines of this version and whether this machine can run them. */
export async function listEngines(
  loadCpuKernels: () => Promise<{ simd: 'relaxed' | 'plain' }>,
): Promise<EngineAvailability[]> {
  return [{ id: 'cpu', title: 'CPU', ...(await cpuAvailability(loadCpuKernels)) }];
}

async function cpuAvailability(
  loadCpuKernels: () => Promise<{ simd: 'relaxed' | 'plain' }>,
): Promise<{ available: boolean; detail: string }> {
  if (typeof SharedArrayBuffer === 'undefined')
    return { available: false, detail: 'This runtime has no shared memory for threads' };
  try {
    const { simd } = await loadCpuKernels();
    return { available: true, detail: `Truly sparse WebAssembly kernels, ${simd} SIMD, any number of threads` };
  } catch (error) {
    return { available: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
