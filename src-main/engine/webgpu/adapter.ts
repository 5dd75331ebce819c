import { ENGINE_TITLES, type EngineAvailability, type GpuAdapter } from '../../contract/index.ts';
import { adapterTitle, isSoftwareAdapter } from './device.ts';

const BYTES_PER_KIB = 2 ** 10;
const BYTES_PER_GIB = 2 ** 30;

/** What crosses to whoever shows an adapter or chooses by it. */
export function describeAdapter({ info, features, limits }: GPUAdapter): GpuAdapter {
  const { vendor, architecture, subgroupMinSize, subgroupMaxSize } = info;
  return {
    title: adapterTitle(info),
    vendor,
    architecture,
    isSoftware: isSoftwareAdapter(info),
    features: [...features].sort(),
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maxWorkgroupThreads: limits.maxComputeInvocationsPerWorkgroup,
    // Chromium before 134 does not tell.
    subgroupSizes: features.has('subgroups') && subgroupMinSize ? [subgroupMinSize, subgroupMaxSize] : null,
  };
}

/** The WebGPU engine on this adapter, for the reader. */
export function availableOn(adapter: GpuAdapter): EngineAvailability {
  const { title, isSoftware, features, subgroupSizes } = adapter;
  const sizes = subgroupSizes && (subgroupSizes[0] === subgroupSizes[1] ? [subgroupSizes[0]] : subgroupSizes);
  return {
    id: 'webgpu',
    title: ENGINE_TITLES.webgpu,
    available: true,
    isSoftware,
    detail: isSoftware
      ? 'A software adapter: it computes on the processor in place of a graphics card, slower than the CPU engine, for ' +
        'tests. It is taken only where webgpu is named, never by auto.'
      : 'Truly sparse on the graphics card: weights, states, masks and activations stay there.',
    remedy: null,
    facts: [
      ['Adapter', isSoftware ? `${title} (software)` : title],
      ['Largest buffer', gibibytes(adapter.maxBufferBytes)],
      ['Largest binding', gibibytes(adapter.maxBindingBytes)],
      [
        'Workgroup',
        `up to ${adapter.maxWorkgroupThreads} threads, ${Math.round(adapter.maxWorkgroupBytes / BYTES_PER_KIB)} KiB shared`,
      ],
      ['Half precision', features.includes('shader-f16') ? 'native' : 'packed into whole words'],
      ['Subgroups', features.includes('subgroups') ? (sizes ? `of ${sizes.join(' to ')} threads` : 'yes') : 'no'],
      // WebGPU keeps it to itself, so that pages cannot tell cards apart by it.
      ['Memory', 'not reported by WebGPU; a run that does not fit is refused with the numbers'],
    ],
  };
}

const gibibytes = (bytes: number): string => `${(bytes / BYTES_PER_GIB).toFixed(1)} GiB`;
