import { MODE_ACCUMULATE, MODE_MASK, MODE_RELU } from '../../graph/modes';
import { TILE_BYTES } from './layout';
import { madd, zero } from './simd';

// @ts-ignore: decorator
@inline
function finish(sum: v128, mode: u32, mask: usize): v128 {
  // pmax(a, 0) keeps NaN, so a diverged run shows.
  if (mode & MODE_RELU) return f32x4.pmax(sum, zero());
  if (mode & MODE_MASK) return v128.and(sum, f32x4.gt(v128.load(mask), zero()));
  return sum;
}

/**
 * Y = S X at one pixel of one tile: every non-zero of row r adds its multiple of one input's 32 samples to the 32 samples
 * of output r, in the order of the row. Starts from the bias where there is one, or from Y to accumulate; ends with
 * ReLU, or with a mask that is on where `mask` (laid out like Y) is positive.
 */
export function spmmWhole(
  rows: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  mode: u32,
  mask: usize,
): void {
  let at = load<u32>(starts) << 2;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(starts + (<usize>row << 2), 4) << 2;
    let a0 = biases ? v128.load32_splat(biases + (<usize>row << 2)) : zero();
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let a4 = a0;
    let a5 = a0;
    let a6 = a0;
    let a7 = a0;
    if (mode & MODE_ACCUMULATE) {
      a0 = v128.load(y);
      a1 = v128.load(y, 16);
      a2 = v128.load(y, 32);
      a3 = v128.load(y, 48);
      a4 = v128.load(y, 64);
      a5 = v128.load(y, 80);
      a6 = v128.load(y, 96);
      a7 = v128.load(y, 112);
    }
    for (; at < end; at += 4) {
      const input = x + load<u32>(offsets + at);
      const w = v128.load32_splat(weights + at);
      a0 = madd(v128.load(input), w, a0);
      a1 = madd(v128.load(input, 16), w, a1);
      a2 = madd(v128.load(input, 32), w, a2);
      a3 = madd(v128.load(input, 48), w, a3);
      a4 = madd(v128.load(input, 64), w, a4);
      a5 = madd(v128.load(input, 80), w, a5);
      a6 = madd(v128.load(input, 96), w, a6);
      a7 = madd(v128.load(input, 112), w, a7);
    }
    v128.store(y, finish(a0, mode, mask));
    v128.store(y, finish(a1, mode, mask + 16), 16);
    v128.store(y, finish(a2, mode, mask + 32), 32);
    v128.store(y, finish(a3, mode, mask + 48), 48);
    v128.store(y, finish(a4, mode, mask + 64), 64);
    v128.store(y, finish(a5, mode, mask + 80), 80);
    v128.store(y, finish(a6, mode, mask + 96), 96);
    v128.store(y, finish(a7, mode, mask + 112), 112);
    y += TILE_BYTES;
    mask += TILE_BYTES;
  }
}

/**
 * The same sums in the same order, half a tile at a time and two non-zeros a turn: fewer registers alive at once, for
 * compilers that would spill the whole-tile kernel.
 */
export function spmmHalves(
  rows: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  mode: u32,
  mask: usize,
): void {
  for (let half: u32 = 0; half < <u32>TILE_BYTES; half += 64) {
    const from = x + half;
    let to = y + half;
    let gate = mask + half;
    let at = load<u32>(starts) << 2;
    for (let row: u32 = 0; row < rows; row++) {
      const end = load<u32>(starts + (<usize>row << 2), 4) << 2;
      let a0 = biases ? v128.load32_splat(biases + (<usize>row << 2)) : zero();
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      if (mode & MODE_ACCUMULATE) {
        a0 = v128.load(to);
        a1 = v128.load(to, 16);
        a2 = v128.load(to, 32);
        a3 = v128.load(to, 48);
      }
      for (; at + 8 <= end; at += 8) {
        const first = from + load<u32>(offsets + at);
        const w = v128.load32_splat(weights + at);
        a0 = madd(v128.load(first), w, a0);
        a1 = madd(v128.load(first, 16), w, a1);
        a2 = madd(v128.load(first, 32), w, a2);
        a3 = madd(v128.load(first, 48), w, a3);
        const second = from + load<u32>(offsets + at, 4);
        const u = v128.load32_splat(weights + at, 4);
        a0 = madd(v128.load(second), u, a0);
        a1 = madd(v128.load(second, 16), u, a1);
        a2 = madd(v128.load(second, 32), u, a2);
        a3 = madd(v128.load(second, 48), u, a3);
      }
      if (at < end) {
        const last = from + load<u32>(offsets + at);
        const w = v128.load32_splat(weights + at);
        a0 = madd(v128.load(last), w, a0);
        a1 = madd(v128.load(last, 16), w, a1);
        a2 = madd(v128.load(last, 32), w, a2);
        a3 = madd(v128.load(last, 48), w, a3);
        at += 4;
      }
      v128.store(to, finish(a0, mode, gate));
      v128.store(to, finish(a1, mode, gate + 16), 16);
      v128.store(to, finish(a2, mode, gate + 32), 32);
      v128.store(to, finish(a3, mode, gate + 48), 48);
      to += TILE_BYTES;
      gate += TILE_BYTES;
    }
  }
}
