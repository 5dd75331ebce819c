import { ensureKernels } from './kernels.ts';
import { provideSoftwareGpu } from './software-gpu.ts';
import { ensureBundle } from './testing/bundle.ts';
import { ensureTfjs } from './testing/bundle-tfjs.ts';
import { messageOf } from './support/problem.ts';
import { say } from './support/terminal.ts';

/**
 * Vitest's global setup: the CPU engine's tests load the compiled kernels, all start bundled threads and processes, those of
 * the WebGPU engine run on a software driver. Where one of them cannot be had, every test that needs it fails; the others still run.
 */
export default async function setup(): Promise<void> {
  for (const provide of [ensureKernels, ensureBundle, ensureTfjs, provideSoftwareGpu]) {
    try {
      await provide();
    } catch (error) {
      say(messageOf(error));
    }
  }
}
