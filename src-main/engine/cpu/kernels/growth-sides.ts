import { BOUND_BYTES, BOUND_ERROR, BOUND_FACTOR, BOUND_LENGTH, BOUND_EXCESS, BOUND_NORM, GROWTH_COLUMNS, GROWTH_ROWS, GROWTH_TILES, SIDE_BLOCK, SIDE_BOUNDS, SIDE_COUNT, SIDE_FEATURES, SIDE_RANKED, SIDE_ORDER, SIDE_SAMPLES, SIDE_STRIDE, SIDE_TILE_BYTES, SIDE_VALUES } from './growth-layout';
import { TILE, TILE_BYTES } from './layout';
import { word, zero } from './simd';

/**
 * The two sides of a gradient g = dY X' in bytes, whose dot products are quick and exact: round(factor * x), of a column
 * that has values below zero raised so that all of them are at least zero. With them goes what is needed to tell
 * how far such a product can be off.
 */

const ROW_PEAK: f32 = 127;
/** Of a column without values below zero; other columns are raised by their peak. */
const COLUMN_PEAK: f32 = 63;
const RAISE: i32 = 31;
/** Outside of these a factor could overflow: then the bytes are zero, and what they leave out is all there is. */
const LEAST_PEAK: f32 = 1e-15;
const LARGEST_PEAK: f32 = 1e15;
/** 1.5 * 2^23: floats of its size are whole numbers. */
const ROUNDING: f32 = 12582912;
/** Above the rounding of a norm's own arithmetic; and for each sample, above that of a gradient's. */
const NORM_SLACK: f32 = 1.0001;
const SAMPLE_SLACK: f32 = 1.5e-8;

/** One block of features, of the rows' side or of the columns'. */
export function prepareFeatures(growth: usize, item: u32): void {
  const rows = <usize>word(growth, GROWTH_ROWS);
  const rowItems = (word(rows, SIDE_FEATURES) + SIDE_BLOCK - 1) / SIDE_BLOCK;
  const side = item < rowItems ? rows : <usize>word(growth, GROWTH_COLUMNS);
  const first = (item < rowItems ? item : item - rowItems) * SIDE_BLOCK;
  const last = min(first + SIDE_BLOCK, word(side, SIDE_FEATURES));
  const tiles = word(growth, GROWTH_TILES);
  measurePeaks(side, first, last, tiles);
  for (let f = first; f < last; f++) prepareFeature(side, f, tiles, side == rows);
}

/**
 * Leaves the peaks of a block of features, four to be compared, where their bounds will be, with a sign where any of
 * their values has one. Tile by tile, for the features of a tile are together: most come from another core's cache, and
 * in order they come sooner.
 */
function measurePeaks(side: usize, first: u32, last: u32, tiles: u32): void {
  const bounds = <usize>word(side, SIDE_BOUNDS);
  const stride = <usize>word(side, SIDE_TILE_BYTES);
  const sign = i32x4.splat(0x80000000);
  memory.fill(bounds + <usize>first * BOUND_BYTES, 0, <usize>(last - first) * BOUND_BYTES);
  let tile = <usize>word(side, SIDE_VALUES) + <usize>first * TILE_BYTES;
  for (let t: u32 = 0; t < tiles; t++, tile += stride)
    for (let f = first, from = tile; f < last; f++, from += TILE_BYTES) {
      const peaks = bounds + <usize>f * BOUND_BYTES;
      let signs = v128.load(peaks);
      let a = f32x4.abs(signs);
      let b = zero();
      for (let i: usize = 0; i < <usize>TILE_BYTES; i += 32) {
        const x = v128.load(from + i);
        const y = v128.load(from + i, 16);
        signs = v128.or(signs, v128.or(x, y));
        a = f32x4.max(a, f32x4.abs(x));
        b = f32x4.max(b, f32x4.abs(y));
      }
      v128.store(peaks, v128.or(f32x4.max(a, b), v128.and(signs, sign)));
    }
}

function prepareFeature(side: usize, feature: u32, tiles: u32, isRow: bool): void {
  const values = <usize>word(side, SIDE_VALUES) + <usize>feature * TILE_BYTES;
  const stride = <usize>word(side, SIDE_TILE_BYTES);
  const bounds = <usize>word(side, SIDE_BOUNDS) + <usize>feature * BOUND_BYTES;
  let to = <usize>word(side, SIDE_SAMPLES) + <usize>feature * tiles * TILE;
  const samples = <f32>(tiles * TILE);
  const signedPeaks = v128.load(bounds);
  const isSigned = i32x4.bitmask(signedPeaks) != 0;
  const peaks = f32x4.abs(signedPeaks);
  const peak = max<f32>(
    max<f32>(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
    max<f32>(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
  );
  store<u32>(bounds, 0, BOUND_EXCESS * 4);
  if (peak == 0) return store<f32>(bounds, 0, BOUND_NORM * 4);
  if (!(peak >= LEAST_PEAK && peak <= LARGEST_PEAK)) {
    // Beyond, a gradient may be infinite, and all that are tie: nothing may be left out.
    const norm: f32 = peak > LARGEST_PEAK ? Infinity : peak * Mathf.sqrt(samples) * NORM_SLACK;
    memory.fill(to, 0, <usize>tiles * TILE);
    return storeBounds(bounds, norm, 1, norm, norm, isRow ? samples : 0);
  }

  const isRaised = !isRow && isSigned;
  const factor = (isRow ? ROW_PEAK : isRaised ? <f32>RAISE : COLUMN_PEAK) / peak;
  const scale = f32x4.splat(factor);
  // Added, it leaves whole numbers, which are the difference of the bits too.
  const magic = f32x4.splat(ROUNDING);
  const raise = i8x16.splat(isRaised ? <i8>RAISE : 0);
  let squares = zero();
  let errors = zero();
  let sum = i32x4.splat(0);
  for (let t: u32 = 0, from = values; t < tiles; t++, from += stride)
    for (let i: usize = 0; i < <usize>TILE_BYTES; i += 64, to += 16) {
      const a = f32x4.mul(v128.load(from + i), scale);
      const b = f32x4.mul(v128.load(from + i, 16), scale);
      const c = f32x4.mul(v128.load(from + i, 32), scale);
      const d = f32x4.mul(v128.load(from + i, 48), scale);
      const roundedA = f32x4.add(a, magic);
      const roundedB = f32x4.add(b, magic);
      const roundedC = f32x4.add(c, magic);
      const roundedD = f32x4.add(d, magic);
      squares = f32x4.add(squares, f32x4.add(squaresOf(a, b), squaresOf(c, d)));
      errors = f32x4.add(
        errors,
        f32x4.add(
          squaresOf(f32x4.sub(a, f32x4.sub(roundedA, magic)), f32x4.sub(b, f32x4.sub(roundedB, magic))),
          squaresOf(f32x4.sub(c, f32x4.sub(roundedC, magic)), f32x4.sub(d, f32x4.sub(roundedD, magic))),
        ),
      );
      const low = i16x8.narrow_i32x4_s(i32x4.sub(roundedA, magic), i32x4.sub(roundedB, magic));
      const high = i16x8.narrow_i32x4_s(i32x4.sub(roundedC, magic), i32x4.sub(roundedD, magic));
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.add(low, high)));
      v128.store(to, i8x16.add(i8x16.narrow_i16x8_s(low, high), raise));
    }
  const length = Mathf.sqrt(laneSum(squares)) * NORM_SLACK;
  const error = Mathf.sqrt(laneSum(errors)) * NORM_SLACK;
  const norm = (length / factor) * (NORM_SLACK + samples * SAMPLE_SLACK);
  storeBounds(bounds, norm, factor, length, error, isRow ? samples : 0);
  store<i32>(bounds, isRow ? RAISE * wholeSum(sum) : -<i32>isRaised, BOUND_EXCESS * 4);
}

// @ts-ignore: decorator
@inline
function squaresOf(a: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
}

// @ts-ignore: decorator
@inline
function wholeSum(a: v128): i32 {
  return (
    i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + (i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3))
  );
}

// @ts-ignore: decorator
@inline
function laneSum(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3))
  );
}

/** @param samples of a row, 0 of a column */
function storeBounds(bounds: usize, norm: f32, factor: f32, length: f32, error: f32, samples: f32): void {
  store<f32>(bounds, norm, BOUND_NORM * 4);
  store<f32>(bounds, factor, BOUND_FACTOR * 4);
  // Rounding of the exact gradients, of the factors, and of the limit, as a share of |d| |x|.
  const rounding = (samples / 4 + 32) * <f32>1.2e-7;
  store<f32>(bounds, samples ? -(error + rounding * length) : length, BOUND_LENGTH * 4);
  store<f32>(bounds, samples ? -(length + error) * NORM_SLACK : error, BOUND_ERROR * 4);
}

/** Norms that share these upper bits share a rank, in the order of their features. */
const RANK_SHIFT: u32 = 20;
export const RANK_BYTES: u32 = 8192;

/** Ranks a side's features that are not zero throughout. @param slots RANK_BYTES of room */
export function rankSide(side: usize, slots: usize): void {
  const features = word(side, SIDE_FEATURES);
  const bounds = <usize>word(side, SIDE_BOUNDS);
  const order = <usize>word(side, SIDE_ORDER);
  const ranked = <usize>word(side, SIDE_RANKED);
  const stride = <usize>word(side, SIDE_STRIDE);
  memory.fill(slots, 0, RANK_BYTES);
  for (let f: u32 = 0; f < features; f++) {
    const norm = load<u32>(bounds + <usize>f * BOUND_BYTES, BOUND_NORM * 4) & 0x7fffffff;
    if (!norm) continue;
    const slot = slots + (<usize>(norm >> RANK_SHIFT) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let count: u32 = 0;
  for (let slot = slots + RANK_BYTES - 4; slot >= slots; slot -= 4) {
    const here = load<u32>(slot);
    store<u32>(slot, count);
    count += here;
  }
  store<u32>(side + (SIDE_COUNT << 2), count);
  for (let f: u32 = 0; f < features; f++) {
    const from = bounds + <usize>f * BOUND_BYTES;
    const norm = load<u32>(from, BOUND_NORM * 4) & 0x7fffffff;
    if (!norm) continue;
    const slot = slots + (<usize>(norm >> RANK_SHIFT) << 2);
    const rank = <usize>load<u32>(slot) << 2;
    store<u32>(slot, <u32>(rank >> 2) + 1);
    store<u32>(order + rank, f);
    // The end of its stretch, so that norms never rise from rank to rank.
    store<u32>(ranked + rank + stride * BOUND_NORM, ((norm >> RANK_SHIFT) + 1) << RANK_SHIFT);
    store<f32>(ranked + rank + stride * BOUND_FACTOR, load<f32>(from, BOUND_FACTOR * 4));
    store<f32>(ranked + rank + stride * BOUND_LENGTH, load<f32>(from, BOUND_LENGTH * 4));
    store<f32>(ranked + rank + stride * BOUND_ERROR, load<f32>(from, BOUND_ERROR * 4));
    store<u32>(ranked + rank + stride * BOUND_EXCESS, load<u32>(from, BOUND_EXCESS * 4));
  }
}
