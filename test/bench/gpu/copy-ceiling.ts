import { BUFFER_USAGE } from '../../../src-main/engine/webgpu/device.ts';
import { timeSubmitted } from './timing.ts';

/** Far beyond any cache, and well within one. */
const SIZES = { memory: 2 ** 28, cache: 2 ** 22 };
const SOFTWARE_SIZES = { memory: 2 ** 24, cache: 2 ** 18 };
const GROUPS = 4096;

const CODE = `
@group(0) @binding(0) var<storage, read> origin: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = thread.x; i < arrayLength(&copy); i += groups.x * 256u) { copy[i] = origin[i]; }
}`;

/** Bytes a second that a plain kernel reads and writes, taken together. */
export interface CopyCeiling {
  bytesPerSecond: number;
  /** The same of so few bytes that they stay in the card's cache. */
  cachedBytesPerSecond: number;
}

export async function measureCopy(device: GPUDevice, isSoftware: boolean, seconds: number): Promise<CopyCeiling> {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const { memory, cache } = isSoftware ? SOFTWARE_SIZES : SIZES;
  const largest = Math.min(memory, maxStorageBufferBindingSize, maxBufferSize);
  return {
    bytesPerSecond: await copyOf(device, largest, seconds),
    cachedBytesPerSecond: await copyOf(device, cache, seconds),
  };
}

async function copyOf(device: GPUDevice, size: number, seconds: number): Promise<number> {
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: CODE }), entryPoint: 'main' },
  });
  const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copyDestination;
  const buffers = ['origin', 'copy'].map((label) => device.createBuffer({ size, usage, label }));
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const milliseconds = await timeSubmitted(
    device,
    () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(Math.min(GROUPS, size / 16 / 256));
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    seconds,
  );
  buffers.forEach((buffer) => buffer.destroy());
  return (2 * size) / (milliseconds / 1000);
}
