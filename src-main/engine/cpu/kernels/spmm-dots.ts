import { MODE_ACCUMULATE, MODE_MASK } from '../../graph/modes';
import { TILE_BYTES } from './layout';
import { madd, zero } from './simd';

/** Running sums of one weight: a vector over the first half of a tile's samples, one over the second. */
export const RUNNING_BYTES: usize = 32;

/**
 * The way back at one pixel of one tile, together with the gradients of the weights that it passes: every non-zero of
 * turned row c adds its multiple of one output's gradient to the gradient of input c, and the product of that same
 * gradient with input c to its own running sum. So each gradient of the output is read once for both. Half a tile, one
 * cache line, at a time: what all rows read then fits better.
 */
export function spmmDots(
  rows: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  gradient: usize,
  to: usize,
  input: usize,
  running: usize,
  mode: u32,
  half: usize,
): void {
  const from = gradient + half;
  let x = input + half;
  let dx = to + half;
  let sum = running + (half >> 2);
  let at = load<u32>(starts) << 2;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(starts + (<usize>row << 2), 4) << 2;
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    let a0 = zero();
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    if (mode & MODE_ACCUMULATE) {
      a0 = v128.load(dx);
      a1 = v128.load(dx, 16);
      a2 = v128.load(dx, 32);
      a3 = v128.load(dx, 48);
    }
    for (; at < end; at += 4) {
      const d = from + load<u32>(offsets + at);
      const w = v128.load32_splat(weights + at);
      let q = v128.load(sum);
      let g = v128.load(d);
      a0 = madd(g, w, a0);
      q = madd(x0, g, q);
      g = v128.load(d, 16);
      a1 = madd(g, w, a1);
      q = madd(x1, g, q);
      g = v128.load(d, 32);
      a2 = madd(g, w, a2);
      q = madd(x2, g, q);
      g = v128.load(d, 48);
      a3 = madd(g, w, a3);
      q = madd(x3, g, q);
      v128.store(sum, q);
      sum += RUNNING_BYTES;
    }
    if (mode & MODE_MASK) {
      a0 = v128.and(a0, f32x4.gt(x0, zero()));
      a1 = v128.and(a1, f32x4.gt(x1, zero()));
      a2 = v128.and(a2, f32x4.gt(x2, zero()));
      a3 = v128.and(a3, f32x4.gt(x3, zero()));
    }
    v128.store(dx, a0);
    v128.store(dx, a1, 16);
    v128.store(dx, a2, 32);
    v128.store(dx, a3, 48);
    x += TILE_BYTES;
    dx += TILE_BYTES;
  }
}
