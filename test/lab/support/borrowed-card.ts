import { loadCpuKernels } from '../../../src-main/engine/cpu/kernels.node.ts';
import { openDawnDevice } from '../../../src-main/engine/webgpu/dawn.node.ts';
import type { GpuHost, LabEnvironment } from '../../../src-main/lab/environment.ts';
import { startTrainerThread } from '../../../src-main/lab/runs/trainer-thread.ts';
import type { GpuAdapter } from '../../../src-main/contract/index.ts';

export type BorrowedCard = GpuHost & {
  /** Runs and measurements that it was asked for. */
  started: string[];
};

/**
 * WebGPU outside the lab's own threads, as in the app's window: for real, on the software driver, which is passed off as
 * a card so that `auto` may take it.
 */
export async function borrowCard(
  { kernelsFolder, workers }: LabEnvironment,
  change: Partial<GpuAdapter> = {},
): Promise<BorrowedCard> {
  const { device, description } = await openDawnDevice();
  device.destroy();
  const kernels = await loadCpuKernels(kernelsFolder);
  const started: string[] = [];
  return {
    started,
    describe: () => Promise.resolve({ available: true, adapter: { ...description, isSoftware: false, ...change } }),
    startTrainer(start, listeners) {
      started.push(start.measure ? 'measurement' : start.runId);
      const { kernel, batch, training } = workers;
      const urls = { kernelWorkerUrl: kernel.href, batchWorkerUrl: batch.href };
      return startTrainerThread(training, { start, engine: 'webgpu', kernels, ...urls }, listeners);
    },
  };
}
