import { availableParallelism } from 'node:os';
import { ENGINE_TITLES, type EngineAvailability } from '../contract/index.ts';
import { openCpuEngine } from './cpu/cpu-engine.ts';
import { type CpuKernels, loadCpuKernels, nodeThreads } from './cpu/kernels.node.ts';
import { type EngineTable, messageOf } from './registry.ts';
import { describeWebGpu, prepareWebGpu } from './webgpu/prepare.node.ts';
import { describeTensorFlow, prepareTensorFlow } from './tfjs/tensorflow.node.ts';

/** The engines that a thread of Node can open. @param kernelWorker entry of the CPU engine's compute threads */
export function nodeEngines(kernels: CpuKernels, kernelWorker: URL): EngineTable {
  const spawnThread = nodeThreads(kernelWorker);
  return {
    cpu: () =>
      Promise.resolve({
        title: `CPU, ${kernels.simd} SIMD, ${availableParallelism()} cores`,
        open: (opening) => openCpuEngine(opening, { ...kernels, spawnThread }),
      }),
    webgpu: prepareWebGpu,
    'tfjs-cuda': () => prepareTensorFlow('tfjs-cuda'),
    'tfjs-node': () => prepareTensorFlow('tfjs-node'),
  };
}

/** The same engines for the reader; loads nothing that could take the process along. */
export async function describeNodeEngines(kernelsFolder: string): Promise<EngineAvailability[]> {
  return [
    await describeCpu(kernelsFolder),
    await describeWebGpu(),
    describeTensorFlow('tfjs-cuda'),
    describeTensorFlow('tfjs-node'),
  ];
}

async function describeCpu(kernelsFolder: string): Promise<EngineAvailability> {
  const engine = { id: 'cpu' as const, title: ENGINE_TITLES.cpu };
  try {
    const { simd } = await loadCpuKernels(kernelsFolder);
    return {
      ...engine,
      available: true,
      isSoftware: false,
      detail: 'Truly sparse: work and memory follow the active weights.',
      remedy: null,
      facts: [
        ['Threads', `up to ${availableParallelism()}`],
        ['SIMD', simd === 'relaxed' ? 'relaxed (fused multiply-add)' : 'SIMD128'],
      ],
    };
  } catch (error) {
    return { ...engine, available: false, isSoftware: false, detail: messageOf(error), remedy: null, facts: [] };
  }
}
