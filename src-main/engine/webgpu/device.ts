import { EngineError } from '../engine.ts';

/** WebGPU's flags by number: their globals are not there in Node. */
export const BUFFER_USAGE = { mapRead: 1, copySource: 4, copyDestination: 8, uniform: 64, storage: 128 } as const;
export const MAP_READ = 1;

/** Most workgroups in one direction of a dispatch that every WebGPU device has to allow. */
export const MOST_WORKGROUPS = 65535;

/** What kernels need beyond the limits that every device has: asked for as far as the adapter goes. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
] as const;

/** Features that kernels make use of where a device has them. */
const OPTIONAL_FEATURES = ['shader-f16', 'subgroups'] as const;
export type OptionalFeature = (typeof OPTIONAL_FEATURES)[number];

/** A device of the adapter with the largest buffers and the optional features that it allows. @throws EngineError where it gives none */
export async function requestEngineDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature));
  try {
    return await adapter.requestDevice({ requiredLimits, requiredFeatures, label: 'Espalier' });
  } catch (error) {
    throw new EngineError(`The adapter ${adapterTitle(adapter.info)} gives no device: ${textOf(error)}`, {
      cause: error,
    });
  }
}

/** For the reader: `nvidia hopper`, `SwiftShader driver 5.0.0`. */
export function adapterTitle({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  return description || [vendor, architecture || device].filter(Boolean).join(' ') || 'an adapter without a name';
}

/** Whether it computes on the processor: for tests, slower than the CPU engine, and never chosen by itself. */
export const isSoftwareAdapter = ({ isFallbackAdapter, description, device, architecture }: GPUAdapterInfo): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${description} ${device} ${architecture}`);

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
