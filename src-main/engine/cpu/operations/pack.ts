import { OPERATION_PACK, PACK_PIXELS, PACK_SCALE, PACK_SHIFT, PACK_WORDS } from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { Tensor } from '../tensor.ts';
import { createOperation, type Operation } from './operation.ts';

/** Pixels `[count, height, width, channels]` to `(pixel / 255 - mean[channel]) / deviation[channel]` in tiles. */
export function packOperation(
  shared: SharedMemory,
  pixels: number,
  output: Tensor,
  mean: number[],
  deviation: number[],
): Operation {
  const features = output.shape.reduce((product, size) => product * size, 1);
  const scale = shared.allocate(features * 4, 'plan');
  const shift = shared.allocate(features * 4, 'plan');
  for (let f = 0; f < features; f++) {
    const channel = f % mean.length;
    shared.reals(scale, features)[f] = 1 / (255 * deviation[channel]);
    shared.reals(shift, features)[f] = -mean[channel] / deviation[channel];
  }
  return createOperation(shared, OPERATION_PACK, PACK_WORDS, null, output, () => ({
    [PACK_PIXELS]: pixels,
    [PACK_SCALE]: scale,
    [PACK_SHIFT]: shift,
  }));
}
