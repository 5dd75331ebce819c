import type { EngineOpening } from '../../src-main/engine/engine.ts';
import { openDawnDevice } from '../../src-main/engine/webgpu/dawn.node.ts';
import { openWebGpuEngine, type WebGpuEngine } from '../../src-main/engine/webgpu/index.ts';

let device: Promise<GPUDevice> | undefined;

/** One device for a whole test file, as several runs share one in the app. */
export const sharedDevice = (): Promise<GPUDevice> => (device ??= openDawnDevice().then(({ device }) => device));

export const openWebGpu = async (opening: EngineOpening): Promise<WebGpuEngine> =>
  openWebGpuEngine(opening, { device: await sharedDevice() });
