import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { openDawnDevice } from '../../src-main/engine/webgpu/dawn.node.ts';
import { openWebGpuEngine, type WebGpuAccess, type WebGpuEngine } from '../../src-main/engine/webgpu/index.ts';

/** Milliseconds between two questions of Dawn whether the card is through. */
const POLL_MILLISECONDS = 1;

// Dawn asks again with every turn of the loop, by the global function, and each time makes a function for it: while a
// software driver computes that took more of the processor than the driver.
globalThis.setImmediate = ((work: () => void) => setTimeout(work, POLL_MILLISECONDS)) as unknown as typeof setImmediate;

let device: Promise<GPUDevice> | undefined;

/** One device for a whole test file, as several runs share one in the app. */
export const sharedDevice = (): Promise<GPUDevice> => (device ??= openDawnDevice().then(({ device }) => device));

export async function openWebGpu(opening: EngineOptions, without: WebGpuAccess['without'] = []): Promise<WebGpuEngine> {
  return openWebGpuEngine(opening, { device: await sharedDevice(), without });
}
