import { ENGINE_TITLES, type EngineAvailability } from '../../contract/index.ts';
import { EngineError } from '../engine.ts';
import { messageOf, type ReadyEngine } from '../registry.ts';
import { openDawnDevice } from './dawn.node.ts';
import { adapterTitle, openWebGpuEngine } from './index.ts';

/** Drivers that compute on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe/i;
const BYTES_PER_GIB = 2 ** 30;

/**
 * Opens Dawn's device. A software adapter is named as such, and never chosen by `auto`.
 * @throws EngineError where package, driver or adapter are missing, with what to do
 */
export async function prepareWebGpu(isNamed: boolean): Promise<ReadyEngine> {
  const driver = process.env.VK_ICD_FILENAMES ?? '';
  if (!isNamed && SOFTWARE.test(driver))
    throw new EngineError(`VK_ICD_FILENAMES names a software driver (${driver}), taken only where webgpu is named`);
  const { device, adapter } = await openDawnDevice();
  const name = adapterTitle(adapter);
  const onlyByName = SOFTWARE.test(name);
  return {
    title: `WebGPU, ${name}${onlyByName ? ' (a software adapter)' : ''}`,
    onlyByName,
    open: (opening) => openWebGpuEngine(opening, { device }),
  };
}

export async function describeWebGpu(): Promise<EngineAvailability> {
  const engine = { id: 'webgpu' as const, title: ENGINE_TITLES.webgpu };
  try {
    const { device, adapter } = await openDawnDevice();
    const name = adapterTitle(adapter);
    const { maxBufferSize } = device.limits;
    device.destroy();
    return {
      ...engine,
      available: true,
      detail: SOFTWARE.test(name)
        ? 'A software adapter: for tests. It is taken only where it is named, never by auto.'
        : 'Truly sparse on the graphics card; weights, states and masks stay there.',
      remedy: null,
      facts: [
        ['Adapter', name],
        ['Largest buffer', `${(maxBufferSize / BYTES_PER_GIB).toFixed(1)} GiB`],
      ],
    };
  } catch (error) {
    return { ...engine, available: false, detail: messageOf(error), remedy: null, facts: [] };
  }
}
