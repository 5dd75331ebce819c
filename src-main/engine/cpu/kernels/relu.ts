import { RELU_FEATURES, RELU_INPUT, RELU_OUTPUT, TILE_BYTES } from './layout';
import { word, zero } from './simd';

/** One tile of max(x, 0), of the network's input: every other ReLU is part of a linear operation. */
export function reluForward(operation: usize, tile: u32): void {
  const bytes = <usize>word(operation, RELU_FEATURES) * TILE_BYTES;
  const x = <usize>word(operation, RELU_INPUT) + <usize>tile * bytes;
  const y = <usize>word(operation, RELU_OUTPUT) + <usize>tile * bytes;
  for (let at: usize = 0; at < bytes; at += 16) v128.store(y + at, f32x4.pmax(v128.load(x + at), zero()));
}
