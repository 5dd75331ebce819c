import { ENGINE_TITLES, type EngineAvailability } from '../../contract/index.ts';
import { messageOf, type ReadyEngine } from '../registry.ts';
import { availableOn } from './adapter.ts';
import { openDawnDevice } from './dawn.node.ts';
import { openWebGpuEngine } from './index.ts';

/**
 * Opens Dawn's device. A software adapter is named as such.
 * @throws EngineError where package, driver or adapter are missing, with what to do
 */
export async function prepareWebGpu(): Promise<ReadyEngine> {
  const { device, description } = await openDawnDevice();
  const { title, isSoftware } = description;
  return {
    title: `WebGPU, ${title}${isSoftware ? ' (a software adapter)' : ''}`,
    open: (opening) => openWebGpuEngine(opening, { device }),
  };
}

export async function describeWebGpu(): Promise<EngineAvailability> {
  try {
    const { device, description } = await openDawnDevice();
    device.destroy();
    return availableOn(description);
  } catch (error) {
    const title = ENGINE_TITLES.webgpu;
    const detail = messageOf(error);
    return { id: 'webgpu', title, available: false, isSoftware: false, detail, remedy: null, facts: [] };
  }
}
