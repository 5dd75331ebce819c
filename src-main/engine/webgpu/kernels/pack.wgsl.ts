import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';

/** Pixels `[sample][feature]`, a byte each, to `pixel * scale[channel] + shift[channel]` by feature and sample. */
export const pack = {
  name: 'pack',
  parameters: ['features', 'channels', 'stride'],
  buffers: {
    pixels: ['read', 'array<u32>'],
    scales: ['read', 'array<f32>'],
    shifts: ['read', 'array<f32>'],
    outputs: ['read_write', 'activations'],
  },
  workgroup: [FLAT_THREADS, 1],
  module: `
fn pixelAt(index: u32) -> f32 {
  return f32((pixels[index / 4u] >> (8u * (index % 4u))) & 255u);
}`,
  // Features run fastest: bytes of one sample are side by side.
  body: `${FLAT_INDEX}
  if (i >= at.features * step.vectors) { return; }
  let feature = i % at.features;
  let vector = i / at.features;
  let first = vector * 4u * at.features + feature;
  let x = vec4f(
    pixelAt(first), pixelAt(first + at.features), pixelAt(first + 2u * at.features), pixelAt(first + 3u * at.features));
  let channel = feature % at.channels;
  setOutputs(feature * at.stride + vector, x * scales[channel] + shifts[channel]);`,
} as const satisfies Kernel;
