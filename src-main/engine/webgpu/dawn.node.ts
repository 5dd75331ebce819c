import type * as Dawn from 'webgpu';
import type { GpuAdapter } from '../../contract/index.ts';
import { EngineError } from '../engine.ts';
import { describeAdapter } from './adapter.ts';
import { hasVulkanDriver } from './vulkan-drivers.node.ts';
import { requestEngineDevice, textOf } from './device.ts';

/** A device of Dawn, for the command line, and what keeps it alive. */
export interface DawnDevice {
  device: GPUDevice;
  adapter: GPUAdapterInfo;
  description: GpuAdapter;
}

const NO_ADAPTER =
  'WebGPU finds no graphics adapter here. It needs a Vulkan driver (Linux), Direct3D 12 (Windows) or Metal (macOS); ' +
  'without a GPU, VK_ICD_FILENAMES may name a software driver such as SwiftShader.';

/** Dawn's own object must outlive its devices. */
const instances: GPU[] = [];

/**
 * Opens Dawn's device through the optional package `webgpu`: the first adapter that `powerPreference` gives. Never inside
 * Electron, whose memory cage ends the process when a buffer is mapped.
 * @throws EngineError where the package, a driver or an adapter is missing, with what to do
 */
export async function openDawnDevice(): Promise<DawnDevice> {
  if (process.versions.electron) throw new EngineError('Dawn cannot work inside Electron: the window has WebGPU');
  if (process.platform === 'linux' && !hasVulkanDriver()) throw new EngineError(NO_ADAPTER);
  const dawn = await loadDawn();
  const gpu = dawn.create([]);
  instances.push(gpu);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new EngineError(NO_ADAPTER);
  const device = await requestEngineDevice(adapter);
  return { device, adapter: adapter.info, description: describeAdapter(adapter) };
}

async function loadDawn(): Promise<typeof Dawn> {
  try {
    return await import('webgpu');
  } catch (error) {
    throw new EngineError(
      `The optional package "webgpu" (Dawn) is not installed or does not load here: ${textOf(error)}. ` +
        'Get it with: npm install --include=optional',
      { cause: error },
    );
  }
}
