import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { openDawnDevice } from '../../src-main/engine/webgpu/dawn.node.ts';
import { openWebGpuEngine, type WebGpuAccess, type WebGpuEngine } from '../../src-main/engine/webgpu/index.ts';

let device: Promise<GPUDevice> | undefined;

/** One device for a whole test file, as several runs share one in the app. */
export const sharedDevice = (): Promise<GPUDevice> => (device ??= openDawnDevice().then(({ device }) => device));

export async function openWebGpu(opening: EngineOptions, without: WebGpuAccess['without'] = []): Promise<WebGpuEngine> {
  return openWebGpuEngine(opening, { device: await sharedDevice(), without });
}
