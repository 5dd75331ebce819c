import { expect, test, vi } from 'vitest';
import { buildGraph } from '../../src-main/engine/graph/build-graph.ts';
import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { openWebGpuEngine } from '../../src-main/engine/webgpu/index.ts';
import { describeNeeds, needsOf, refuseWhatDoesNotFit } from '../../src-main/engine/webgpu/needs.ts';
import { create } from 'webgpu';
import { imageOpening } from './images.ts';
import { trialOpening } from './networks.ts';
import { openWebGpu, sharedDevice } from './webgpu-support.ts';

vi.setConfig({ testTimeout: 600_000 });

const convolutional = (density: number, largestBatch = 40): EngineOptions =>
  imageOpening({
    shape: [8, 8, 3],
    classes: 4,
    density,
    largestBatch,
    layers: [
      { kind: 'convolution', name: 'conv1', inputs: 3, outputs: 8, kernel: [3, 3], stride: 1, padding: 1, bias: false },
      { kind: 'batch-norm', name: 'norm1', features: 8 },
      { kind: 'relu', name: 'relu1' },
      { kind: 'max-pool', name: 'pool1', size: 2, stride: 2, padding: 0 },
      { kind: 'convolution', name: 'conv2', inputs: 8, outputs: 6, kernel: [3, 3], stride: 1, padding: 1, bias: true },
      { kind: 'relu', name: 'relu2' },
      { kind: 'flatten', name: 'flatten' },
      { kind: 'linear', name: 'linear', inputs: 96, outputs: 4, bias: true },
    ],
  });

test.each<[string, EngineOptions]>([
  ['sparse linear layers', trialOpening({ widths: [30, 70, 50, 5], density: 0.2, largestBatch: 50 })],
  ['dense linear layers without biases', trialOpening({ widths: [30, 40, 5], bias: false })],
  ['sparse convolutions', convolutional(0.3)],
  ['dense convolutions', convolutional(1)],
])('what a network needs is known to the byte before it is there: %s', async (_, opening) => {
  const needed: Record<string, number> = {};
  for (const { purpose, bytes } of needsOf(buildGraph(opening.network), opening))
    needed[purpose] = (needed[purpose] ?? 0) + bytes;
  const engine = await openWebGpu(opening);
  const { plan: actualPlan, ...actual } = engine.memory();
  const { plan: neededPlan, ...rest } = needed;
  expect(rest).toEqual(actual);
  // Uniforms are small and not foretold.
  expect(actualPlan).toBeGreaterThanOrEqual(neededPlan);
  expect(actualPlan! - neededPlan).toBeLessThan(2 ** 14);
  await engine.close();
});

/** Dawn's own object must outlive its devices. */
const gpu = create([]);

/** A device that allows no more than every WebGPU device has to: 128 MiB in one binding. */
async function openSmallDevice(): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  return adapter!.requestDevice({ requiredLimits: { maxStorageBuffersPerShaderStage: 10 } });
}

test('a run that does not fit is refused with the numbers before anything is on the card', async () => {
  const device = await openSmallDevice();
  let buffers = 0;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    buffers++;
    return create(descriptor);
  };
  // 64 pixels of 8 channels, 2^17 samples, four bytes each: 256 MiB.
  await expect(openWebGpuEngine(convolutional(0.3, 2 ** 17), { device })).rejects.toThrow(
    /^images does not fit the GPU: the outputs of conv1 need 256\.0 MiB in one buffer, and this device allows 128\.0 MiB\. In all it needs [\d,.]+ MiB: activations [\d,.]+, .*batch 5\d\.\d.* A smaller batch needs less\.$/,
  );
  expect(buffers).toBe(0);
  const engine = await openWebGpuEngine(convolutional(0.3, 64), { device });
  expect(buffers).toBeGreaterThan(20);
  await engine.close();
});

test('weights that do not fit are the sparsity’s to mend', async () => {
  const needs = [
    { purpose: 'weights' as const, what: 'the weights of fc', bytes: 3 * 2 ** 30 },
    { purpose: 'activations' as const, what: 'the inputs', bytes: 2 ** 20 },
  ];
  const device = await sharedDevice();
  expect(() => refuseWhatDoesNotFit(device, 'vast', needs)).toThrow(
    'vast does not fit the GPU: the weights of fc need 3,072.0 MiB in one buffer, and this device allows 1,024.0 MiB. ' +
      'In all it needs 3,073.0 MiB: weights 3,072.0, activations 1.0. A higher sparsity needs less.',
  );
  expect(describeNeeds(needs.slice(1))).toBe('In all it needs 1.0 MiB: activations 1.0.');
});
