import { MODE_ACCUMULATE, MODE_MASK } from '../../graph/modes';
import {
  STEP_COUNT,
  STEP_LANES,
  TENSOR_GRADIENTS,
  TENSOR_GRADIENT_ROW_BYTES,
  TENSOR_GRADIENT_TILE_BYTES,
  TENSOR_HEIGHT,
  TENSOR_STRIPS,
  TENSOR_VALUES,
  TENSOR_VALUE_ROW_BYTES,
  TENSOR_VALUE_TILE_BYTES,
  TILE,
  TILE_BYTES,
} from './layout';
import { word, zero } from './simd';

/** Address of pixel (y, 0) of one tile's activations. */
// @ts-ignore: decorator
@inline
export function valueRow(tensor: usize, tile: u32, y: u32): usize {
  return (
    <usize>word(tensor, TENSOR_VALUES) +
    <usize>tile * word(tensor, TENSOR_VALUE_TILE_BYTES) +
    <usize>y * word(tensor, TENSOR_VALUE_ROW_BYTES)
  );
}

/** Address of pixel (y, 0) of one tile's gradients. */
// @ts-ignore: decorator
@inline
export function gradientRow(tensor: usize, tile: u32, y: u32): usize {
  return (
    <usize>word(tensor, TENSOR_GRADIENTS) +
    <usize>tile * word(tensor, TENSOR_GRADIENT_TILE_BYTES) +
    <usize>y * word(tensor, TENSOR_GRADIENT_ROW_BYTES)
  );
}

/** First image row of a strip; that of the strip after the last is the image's height. */
// @ts-ignore: decorator
@inline
export function stripStart(tensor: usize, strip: u32): u32 {
  return (strip * word(tensor, TENSOR_HEIGHT)) / word(tensor, TENSOR_STRIPS);
}

/** Where the lanes of a tile's samples are ones and those that only fill it up are zeros: TILE lanes. */
// @ts-ignore: decorator
@inline
export function sampleLanes(step: usize, tile: u32): usize {
  return step + STEP_LANES + (isFull(step, tile) ? 0 : TILE_BYTES);
}

// @ts-ignore: decorator
@inline
export function isFull(step: usize, tile: u32): bool {
  return (tile + 1) * TILE <= word(step, STEP_COUNT);
}

/** Leaves four lanes of a gradient at `to` in the way that `mode` says; `value` is where the input itself is. */
// @ts-ignore: decorator
@inline
export function leaveGradient(gradient: v128, to: usize, value: usize, mode: u32): void {
  let g = gradient;
  if (mode & MODE_ACCUMULATE) g = f32x4.add(g, v128.load(to));
  if (mode & MODE_MASK) g = v128.and(g, f32x4.gt(v128.load(value), zero()));
  v128.store(to, g);
}
