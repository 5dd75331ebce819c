import type { MethodSource } from '../../../contract/index.ts';
import { openCpuEngine } from '../../../engine/cpu/cpu-engine.ts';
import { loadCpuKernels, nodeThreads } from '../../../engine/cpu/kernels.node.ts';
import type { LabEnvironment } from '../../environment.ts';
import { checkMethodFile, type MethodCheckReport } from './check-method.ts';

export type { MethodCheckLine, MethodCheckReport } from './check-method.ts';

/** Checks a method's file on the CPU engine of this machine. @param onProgress trainings made, of how many */
export async function checkMethodHere(
  { kernelsFolder, workers }: Pick<LabEnvironment, 'kernelsFolder' | 'workers'>,
  source: Pick<MethodSource, 'file' | 'code'>,
  onProgress?: (done: number, total: number) => void,
): Promise<MethodCheckReport> {
  const kernels = await loadCpuKernels(kernelsFolder);
  const spawnThread = nodeThreads(workers.kernel);
  return checkMethodFile(source, {
    openEngine: (opening) => openCpuEngine(opening, { ...kernels, spawnThread }),
    onProgress,
  });
}
