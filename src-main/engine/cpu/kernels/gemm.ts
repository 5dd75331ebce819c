import { TERM_WORDS } from './gemm-layout';
import { MODE_MASK, MODE_RELU } from '../../graph/modes';
import { HALF_BYTES } from './layout';
import { madd, zero } from './simd';

/**
 * The register blocks of dense layers: eight running vectors, which hide the latency of two multiply-adds a cycle and
 * leave V8 enough of its 15 registers. Every sum runs through the same terms in the same order as in the sparse
 * kernels, which only leave out those whose weight is zero: both storages give the same bits.
 */

/** Terms of a sum taken at a time: a block of 128 features of one tile is 16 KiB and stays in the nearest cache. */
export const GEMM_DEPTH: u32 = 128;
/** Rows of results, and bytes of a feature's samples, in one register block. */
export const GEMM_ROWS: u32 = 4;
export const GEMM_SAMPLE_BYTES: usize = 32;

// @ts-ignore: decorator
@inline
function start(from: usize, biases: usize, row: usize, begins: bool): v128 {
  if (!begins) return v128.load(from);
  return biases ? v128.load32_splat(biases + (row << 2)) : zero();
}

// @ts-ignore: decorator
@inline
function finish(sum: v128, mode: u32, mask: usize): v128 {
  // pmax(a, 0) keeps NaN, so a diverged run shows.
  if (mode & MODE_RELU) return f32x4.pmax(sum, zero());
  if (mode & MODE_MASK) return v128.and(sum, f32x4.gt(v128.load(mask), zero()));
  return sum;
}

/**
 * Y += W X for up to four rows of W and eight samples. Input k is at `x + table[k]`, so that the inputs may be
 * features of a tile or those under a kernel's window alike.
 * @param rows of the four that there are; the others repeat the first, which is stored last
 * @param stride bytes from one row of W to the next
 * @param yStride bytes from one row of Y to the next; `mask` is laid out like Y
 * @param begins true where the sums start here, at the bias where there are biases
 */
export function multiplyBlock(
  w: usize,
  stride: usize,
  rows: u32,
  x: usize,
  table: usize,
  depth: u32,
  y: usize,
  yStride: usize,
  begins: bool,
  biases: usize,
  mode: u32,
  mask: usize,
): void {
  const s1: usize = rows > 1 ? 1 : 0;
  const s2: usize = rows > 2 ? 2 : 0;
  const s3: usize = rows > 3 ? 3 : 0;
  let a0 = start(y, biases, 0, begins);
  let a1 = start(y + 16, biases, 0, begins);
  let b0 = start(y + s1 * yStride, biases, s1, begins);
  let b1 = start(y + s1 * yStride + 16, biases, s1, begins);
  let c0 = start(y + s2 * yStride, biases, s2, begins);
  let c1 = start(y + s2 * yStride + 16, biases, s2, begins);
  let d0 = start(y + s3 * yStride, biases, s3, begins);
  let d1 = start(y + s3 * yStride + 16, biases, s3, begins);
  let w1 = w + s1 * stride;
  let w2 = w + s2 * stride;
  let w3 = w + s3 * stride;
  const end = table + (<usize>depth << 2);
  for (; table < end; table += 4) {
    const from = x + load<u32>(table);
    const p = v128.load(from);
    const q = v128.load(from, 16);
    let v = v128.load32_splat(w);
    a0 = madd(p, v, a0);
    a1 = madd(q, v, a1);
    v = v128.load32_splat(w1);
    b0 = madd(p, v, b0);
    b1 = madd(q, v, b1);
    v = v128.load32_splat(w2);
    c0 = madd(p, v, c0);
    c1 = madd(q, v, c1);
    v = v128.load32_splat(w3);
    d0 = madd(p, v, d0);
    d1 = madd(q, v, d1);
    w += 4;
    w1 += 4;
    w2 += 4;
    w3 += 4;
  }
  put(y, yStride, s1, s2, s3, mode, mask, a0, a1, b0, b1, c0, c1, d0, d1);
}

/**
 * Y += W' X for up to four columns of W and eight samples. `terms` say where each term's input and weight are, the latter
 * for the first of the columns; the others are `stride` bytes apart. Otherwise like `multiplyBlock`, without biases.
 */
export function multiplyTransposedBlock(
  w: usize,
  stride: usize,
  columns: u32,
  x: usize,
  terms: usize,
  depth: u32,
  y: usize,
  yStride: usize,
  begins: bool,
  mode: u32,
  mask: usize,
): void {
  const s1: usize = columns > 1 ? 1 : 0;
  const s2: usize = columns > 2 ? 2 : 0;
  const s3: usize = columns > 3 ? 3 : 0;
  let a0 = start(y, 0, 0, begins);
  let a1 = start(y + 16, 0, 0, begins);
  let b0 = start(y + s1 * yStride, 0, 0, begins);
  let b1 = start(y + s1 * yStride + 16, 0, 0, begins);
  let c0 = start(y + s2 * yStride, 0, 0, begins);
  let c1 = start(y + s2 * yStride + 16, 0, 0, begins);
  let d0 = start(y + s3 * yStride, 0, 0, begins);
  let d1 = start(y + s3 * yStride + 16, 0, 0, begins);
  const w1 = w + s1 * stride;
  const w2 = w + s2 * stride;
  const w3 = w + s3 * stride;
  const end = terms + (<usize>depth * TERM_WORDS << 2);
  for (; terms < end; terms += TERM_WORDS << 2) {
    const from = x + load<u32>(terms);
    const weight = <usize>load<u32>(terms, 4);
    const p = v128.load(from);
    const q = v128.load(from, 16);
    let v = v128.load32_splat(w + weight);
    a0 = madd(p, v, a0);
    a1 = madd(q, v, a1);
    v = v128.load32_splat(w1 + weight);
    b0 = madd(p, v, b0);
    b1 = madd(q, v, b1);
    v = v128.load32_splat(w2 + weight);
    c0 = madd(p, v, c0);
    c1 = madd(q, v, c1);
    v = v128.load32_splat(w3 + weight);
    d0 = madd(p, v, d0);
    d1 = madd(q, v, d1);
  }
  put(y, yStride, s1, s2, s3, mode, mask, a0, a1, b0, b1, c0, c1, d0, d1);
}

/** Last row first: rows that are not there are written over the first one, which is then overwritten. */
// @ts-ignore: decorator
@inline
function put(
  y: usize,
  yStride: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  mode: u32,
  mask: usize,
  a0: v128,
  a1: v128,
  b0: v128,
  b1: v128,
  c0: v128,
  c1: v128,
  d0: v128,
  d1: v128,
): void {
  if (mode & (MODE_RELU | MODE_MASK)) {
    a0 = finish(a0, mode, mask);
    a1 = finish(a1, mode, mask + 16);
    b0 = finish(b0, mode, mask + s1 * yStride);
    b1 = finish(b1, mode, mask + s1 * yStride + 16);
    c0 = finish(c0, mode, mask + s2 * yStride);
    c1 = finish(c1, mode, mask + s2 * yStride + 16);
    d0 = finish(d0, mode, mask + s3 * yStride);
    d1 = finish(d1, mode, mask + s3 * yStride + 16);
  }
  v128.store(y + s3 * yStride, d0);
  v128.store(y + s3 * yStride, d1, 16);
  v128.store(y + s2 * yStride, c0);
  v128.store(y + s2 * yStride, c1, 16);
  v128.store(y + s1 * yStride, b0);
  v128.store(y + s1 * yStride, b1, 16);
  v128.store(y, a0);
  v128.store(y, a1, 16);
}

/**
 * Goes on with the running sums of dY X' for two rows and four columns, half of the samples, through `count` pixels.
 * First one half of all, then the other, because sixteen running vectors would not fit.
 * @param begins true where the sums start here
 * @param sums eight vectors: those of the first row, then those of the second
 */
export function dotBlock(
  d0: usize,
  d1: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  dStride: usize,
  xStride: usize,
  count: u32,
  begins: bool,
  sums: usize,
): void {
  let a0 = begins ? zero() : v128.load(sums);
  let a1 = begins ? zero() : v128.load(sums, 16);
  let a2 = begins ? zero() : v128.load(sums, 32);
  let a3 = begins ? zero() : v128.load(sums, 48);
  let b0 = begins ? zero() : v128.load(sums, 64);
  let b1 = begins ? zero() : v128.load(sums, 80);
  let b2 = begins ? zero() : v128.load(sums, 96);
  let b3 = begins ? zero() : v128.load(sums, 112);
  for (let i: u32 = 0; i < count; i++) {
    for (let at: usize = 0; at < <usize>HALF_BYTES; at += 16) {
      const p = v128.load(d0 + at);
      const q = v128.load(d1 + at);
      let v = v128.load(x0 + at);
      a0 = madd(v, p, a0);
      b0 = madd(v, q, b0);
      v = v128.load(x1 + at);
      a1 = madd(v, p, a1);
      b1 = madd(v, q, b1);
      v = v128.load(x2 + at);
      a2 = madd(v, p, a2);
      b2 = madd(v, q, b2);
      v = v128.load(x3 + at);
      a3 = madd(v, p, a3);
      b3 = madd(v, q, b3);
    }
    d0 += dStride;
    d1 += dStride;
    x0 += xStride;
    x1 += xStride;
    x2 += xStride;
    x3 += xStride;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, b0, 64);
  v128.store(sums, b1, 80);
  v128.store(sums, b2, 96);
  v128.store(sums, b3, 112);
}
