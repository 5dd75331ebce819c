import { HALF_BYTES, TILE_BYTES } from './layout';
import { madd, sums, zero } from './simd';

/**
 * Gradients of four weights of one row: the dot products of the row's output gradient with four inputs over all tiles.
 * Two running vectors for each weight through all tiles, added and summed over their lanes at the end, so a weight's
 * gradient does not depend on which four it is computed with. (One vector each would wait for its own last sum.)
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
  let e0 = q0;
  let e1 = q0;
  let e2 = q0;
  let e3 = q0;
  for (let tile: u32 = 0; tile < tiles; tile++) {
    // Short turns: V8 hoists all loads of a longer one and runs out of registers. Neighbouring loads are side by side,
    // since loads from the same bytes of different cache lines would wait for each other.
    for (let at: usize = 0; at < <usize>HALF_BYTES; at += 16) {
      const d = v128.load(gradient + at);
      const f = v128.load(gradient + at, HALF_BYTES);
      q0 = madd(v128.load(p0 + at), d, q0);
      e0 = madd(v128.load(p0 + at, HALF_BYTES), f, e0);
      q1 = madd(v128.load(p1 + at), d, q1);
      e1 = madd(v128.load(p1 + at, HALF_BYTES), f, e1);
      q2 = madd(v128.load(p2 + at), d, q2);
      e2 = madd(v128.load(p2 + at, HALF_BYTES), f, e2);
      q3 = madd(v128.load(p3 + at), d, q3);
      e3 = madd(v128.load(p3 + at, HALF_BYTES), f, e3);
    }
    gradient += gradientStride;
    p0 += inputStride;
    p1 += inputStride;
    p2 += inputStride;
    p3 += inputStride;
  }
  return sums(f32x4.add(q0, e0), f32x4.add(q1, e1), f32x4.add(q2, e2), f32x4.add(q3, e3));
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

/**
 * The same for layers with many pixels: adds `count` pixels of one image row, `pixelBytes` and `windowStepBytes` apart, to
 * the eight running vectors at `running`. Few pixels at a time, so that all rows' weights find them in the cache.
 */
// @ts-ignore: decorator
@inline
export function addDots(
  running: usize,
  gradient: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  pixelBytes: usize,
  windowStepBytes: usize,
  count: u32,
): void {
  let q0 = v128.load(running);
  let q1 = v128.load(running, 16);
  let q2 = v128.load(running, 32);
  let q3 = v128.load(running, 48);
  let e0 = v128.load(running, 64);
  let e1 = v128.load(running, 80);
  let e2 = v128.load(running, 96);
  let e3 = v128.load(running, 112);
  for (let x: u32 = 0; x < count; x++) {
    for (let at: usize = 0; at < <usize>HALF_BYTES; at += 16) {
      const d = v128.load(gradient + at);
      const f = v128.load(gradient + at, HALF_BYTES);
      q0 = madd(v128.load(p0 + at), d, q0);
      e0 = madd(v128.load(p0 + at, HALF_BYTES), f, e0);
      q1 = madd(v128.load(p1 + at), d, q1);
      e1 = madd(v128.load(p1 + at, HALF_BYTES), f, e1);
      q2 = madd(v128.load(p2 + at), d, q2);
      e2 = madd(v128.load(p2 + at, HALF_BYTES), f, e2);
      q3 = madd(v128.load(p3 + at), d, q3);
      e3 = madd(v128.load(p3 + at, HALF_BYTES), f, e3);
    }
    gradient += pixelBytes;
    p0 += windowStepBytes;
    p1 += windowStepBytes;
    p2 += windowStepBytes;
    p3 += windowStepBytes;
  }
  v128.store(running, q0);
  v128.store(running, q1, 16);
  v128.store(running, q2, 32);
  v128.store(running, q3, 48);
  v128.store(running, e0, 64);
  v128.store(running, e1, 80);
  v128.store(running, e2, 96);
  v128.store(running, e3, 112);
}

/** The four gradients that the running vectors amount to. */
// @ts-ignore: decorator
@inline
export function runningSums(running: usize): v128 {
  return sums(
    f32x4.add(v128.load(running), v128.load(running, 64)),
    f32x4.add(v128.load(running, 16), v128.load(running, 80)),
    f32x4.add(v128.load(running, 32), v128.load(running, 96)),
    f32x4.add(v128.load(running, 48), v128.load(running, 112)),
  );
}

/** Sum of one row's output gradient over a strip of pixels. */
export function windowSum(gradient: usize, pixelBytes: usize, rest: usize, width: u32, height: u32): f32 {
  let sum: f32 = 0;
  for (let y: u32 = 0; y < height; y++) {
    sum += rowSum(gradient, pixelBytes, width);
    gradient += <usize>width * pixelBytes + rest;
  }
  return sum;
}
