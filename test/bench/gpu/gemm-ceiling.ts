import { openWebGpuEngine } from '../../../src-main/engine/webgpu/index.ts';
import { BUFFER_USAGE, MAP_READ } from '../../../src-main/engine/webgpu/device.ts';
import { buildNamedNetwork } from '../../../src-main/networks/zoo/index.ts';
import { gpuOpening, randomBatch } from './opening.ts';
import { timeSteps, timeSubmitted } from './timing.ts';

const TILE = 128;
const DEPTH = 16;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** C = A B of square matrices, textbook: 128 x 128 a workgroup, 8 x 8 a thread, slices of 16 through workgroup memory. */
const code = (side: number) => `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
var<workgroup> aSlice: array<f32, ${DEPTH * TILE}>;
var<workgroup> bSlice: array<vec4f, ${(DEPTH * TILE) / 4}>;
@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u) {
  let local = thread.y * 16u + thread.x;
  let firstRow = group.y * ${TILE}u;
  let firstQuad = group.x * ${TILE / 4}u;
  ${upTo(16)
    .map((s) => `var sum${s} = vec4f(0);`)
    .join(' ')}
  for (var slice = 0u; slice < ${side}u; slice += ${DEPTH}u) {
    workgroupBarrier();
    for (var i = local; i < ${(TILE * DEPTH) / 4}u; i += 256u) {
      let row = i / ${DEPTH / 4}u;
      let quad = i % ${DEPTH / 4}u;
      let value = a[(firstRow + row) * ${side / 4}u + slice / 4u + quad];
      ${upTo(4)
        .map((d) => `aSlice[(quad * 4u + ${d}u) * ${TILE}u + row] = value[${d}];`)
        .join(' ')}
    }
    for (var i = local; i < ${(TILE * DEPTH) / 4}u; i += 256u) {
      bSlice[i] = b[(slice + i / ${TILE / 4}u) * ${side / 4}u + firstQuad + i % ${TILE / 4}u];
    }
    workgroupBarrier();
    for (var d = 0u; d < ${DEPTH}u; d++) {
      let left = bSlice[d * ${TILE / 4}u + thread.x];
      let right = bSlice[d * ${TILE / 4}u + 16u + thread.x];
      ${upTo(8)
        .map(
          (r) => `let a${r} = aSlice[d * ${TILE}u + thread.y * 8u + ${r}u];
      sum${2 * r} += a${r} * left; sum${2 * r + 1} += a${r} * right;`,
        )
        .join('\n      ')}
    }
  }
  ${upTo(8)
    .map(
      (r) => `let row${r} = (firstRow + thread.y * 8u + ${r}u) * ${side / 4}u + firstQuad + thread.x;
  c[row${r}] = sum${2 * r}; c[row${r} + 16u] = sum${2 * r + 1};`,
    )
    .join('\n  ')}
}`;

export interface GemmCeiling {
  /** Sides of the square matrices of the plain kernel. */
  side: number;
  /** Of the plain kernel above. */
  plainFlopsPerSecond: number;
  /** Of this engine's own dense product, forward through wide linear layers. */
  engineFlopsPerSecond: number;
  /** The better of the two. */
  flopsPerSecond: number;
}

/** @throws where the plain kernel gives wrong numbers: then it is no ceiling */
export async function measureGemm(device: GPUDevice, isSoftware: boolean, seconds: number): Promise<GemmCeiling> {
  const side = isSoftware ? 256 : 4096;
  const plain = await plainProduct(device, side, seconds);
  const engine = await engineProduct(device, isSoftware, seconds);
  return {
    side,
    plainFlopsPerSecond: plain,
    engineFlopsPerSecond: engine,
    flopsPerSecond: Math.max(plain, engine),
  };
}

/** Small whole numbers: their products are exact in float32. */
const leftAt = (row: number, column: number) => ((row * 7 + column * 3) % 5) - 2;
const rightAt = (row: number, column: number) => ((row * 2 + column * 11) % 7) - 3;

async function plainProduct(device: GPUDevice, side: number, seconds: number): Promise<number> {
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: code(side) }), entryPoint: 'main' },
  });
  const { storage, copyDestination, copySource } = BUFFER_USAGE;
  const size = side * side * 4;
  const buffers = upTo(3).map(() => device.createBuffer({ size, usage: storage | copyDestination | copySource }));
  [leftAt, rightAt].forEach((valueAt, factor) => {
    const values = Float32Array.from({ length: side * side }, (_, i) => valueAt(Math.floor(i / side), i % side));
    device.queue.writeBuffer(buffers[factor], 0, values);
  });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const multiply = () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(side / TILE, side / TILE);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const milliseconds = await timeSubmitted(device, multiply, seconds);
  await checkRow(device, buffers[2], side, side - 3);
  buffers.forEach((buffer) => buffer.destroy());
  return (2 * side ** 3) / (milliseconds / 1000);
}

async function checkRow(device: GPUDevice, product: GPUBuffer, side: number, row: number): Promise<void> {
  const usage = BUFFER_USAGE.mapRead | BUFFER_USAGE.copyDestination;
  const staging = device.createBuffer({ size: side * 4, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(product, row * side * 4, staging, 0, side * 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_READ);
  const found = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  for (let column = 0; column < side; column++) {
    let expected = 0;
    for (let k = 0; k < side; k++) expected += leftAt(row, k) * rightAt(k, column);
    if (found[column] !== expected)
      throw new Error(`The plain product is wrong at row ${row}, column ${column}: ${found[column]}, not ${expected}`);
  }
}

/** Evaluations of a dense network of equal wide layers: products, and next to nothing else. */
async function engineProduct(device: GPUDevice, isSoftware: boolean, seconds: number): Promise<number> {
  const [inputs, width, batch] = isSoftware ? [64, 128, 64] : [1024, 4096, 2048];
  const name = `mlp-${new Array<number>(4).fill(width).join('-')}`;
  const network = buildNamedNetwork(name, { shape: [1, inputs, 1], classes: 10 });
  const opening = gpuOpening({ title: name, batch, network }, 0);
  const images = randomBatch(opening);
  const engine = await openWebGpuEngine(opening, { device });
  try {
    const milliseconds = await timeSteps(() => engine.evaluate(images), seconds);
    const weights = opening.state.layers.reduce((sum, { mask }) => sum + mask.columns.length, 0);
    return (2 * weights * batch) / (milliseconds / 1000);
  } finally {
    await engine.close();
  }
}
