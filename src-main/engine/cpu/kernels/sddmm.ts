import { TILE_BYTES } from './layout';
import { madd, sums, zero } from './simd';

/**
 * Gradients of four weights of one row: the dot products of the row's output gradient with four inputs over all tiles.
 * One running vector for each weight through all tiles, summed over its lanes at the end, so a weight's gradient does
 * not depend on which four it is computed with.
 */
// @ts-ignore: decorator
@inline
export function fourDots(
  gradient: usize,
  gradientStride: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  inputStride: usize,
  tiles: u32,
): v128 {
  let q0 = zero();
  let q1 = q0;
  let q2 = q0;
  let q3 = q0;
  for (let tile: u32 = 0; tile < tiles; tile++) {
    let d = v128.load(gradient);
    q0 = madd(v128.load(p0), d, q0);
    q1 = madd(v128.load(p1), d, q1);
    q2 = madd(v128.load(p2), d, q2);
    q3 = madd(v128.load(p3), d, q3);
    d = v128.load(gradient, 16);
    q0 = madd(v128.load(p0, 16), d, q0);
    q1 = madd(v128.load(p1, 16), d, q1);
    q2 = madd(v128.load(p2, 16), d, q2);
    q3 = madd(v128.load(p3, 16), d, q3);
    d = v128.load(gradient, 32);
    q0 = madd(v128.load(p0, 32), d, q0);
    q1 = madd(v128.load(p1, 32), d, q1);
    q2 = madd(v128.load(p2, 32), d, q2);
    q3 = madd(v128.load(p3, 32), d, q3);
    d = v128.load(gradient, 48);
    q0 = madd(v128.load(p0, 48), d, q0);
    q1 = madd(v128.load(p1, 48), d, q1);
    q2 = madd(v128.load(p2, 48), d, q2);
    q3 = madd(v128.load(p3, 48), d, q3);
    d = v128.load(gradient, 64);
    q0 = madd(v128.load(p0, 64), d, q0);
    q1 = madd(v128.load(p1, 64), d, q1);
    q2 = madd(v128.load(p2, 64), d, q2);
    q3 = madd(v128.load(p3, 64), d, q3);
    d = v128.load(gradient, 80);
    q0 = madd(v128.load(p0, 80), d, q0);
    q1 = madd(v128.load(p1, 80), d, q1);
    q2 = madd(v128.load(p2, 80), d, q2);
    q3 = madd(v128.load(p3, 80), d, q3);
    d = v128.load(gradient, 96);
    q0 = madd(v128.load(p0, 96), d, q0);
    q1 = madd(v128.load(p1, 96), d, q1);
    q2 = madd(v128.load(p2, 96), d, q2);
    q3 = madd(v128.load(p3, 96), d, q3);
    d = v128.load(gradient, 112);
    q0 = madd(v128.load(p0, 112), d, q0);
    q1 = madd(v128.load(p1, 112), d, q1);
    q2 = madd(v128.load(p2, 112), d, q2);
    q3 = madd(v128.load(p3, 112), d, q3);
    gradient += gradientStride;
    p0 += inputStride;
    p1 += inputStride;
    p2 += inputStride;
    p3 += inputStride;
  }
  return sums(q0, q1, q2, q3);
}

/** Sum of one row's output gradient over all samples: the gradient of its bias. */
// @ts-ignore: decorator
@inline
export function rowSum(gradient: usize, gradientStride: usize, tiles: u32): f32 {
  let even = zero();
  let odd = zero();
  for (let tile: u32 = 0; tile < tiles; tile++) {
    for (let i: usize = 0; i < <usize>TILE_BYTES; i += 32) {
      even = f32x4.add(even, v128.load(gradient + i));
      odd = f32x4.add(odd, v128.load(gradient + i, 16));
    }
    gradient += gradientStride;
  }
  const sum = f32x4.add(even, odd);
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
