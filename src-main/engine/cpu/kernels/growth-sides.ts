import {
  BOUND_BYTES,
  BOUND_ERROR,
  BOUND_FACTOR,
  BOUND_LENGTH,
  BOUND_NORM,
  GROWTH_COLUMNS,
  GROWTH_ROWS,
  GROWTH_TILES,
  SIDE_BLOCK,
  SIDE_BOUNDS,
  SIDE_COUNT,
  SIDE_FEATURES,
  SIDE_FLOATS,
  SIDE_ORDER,
  SIDE_SHORTS,
  SIDE_STRIDE,
  SIDE_TILE_BYTES,
  SIDE_VALUES,
  TILE,
  TILE_BYTES,
} from './layout';
import { word, zero } from './simd';

/**
 * The two sides of a gradient g = dY X' in short numbers: round(factor * x), int16, whose dot products fit in 32 bits.
 * With them goes what is needed to tell how far such a product can be off.
 */

/** Outside of these a factor could overflow: then the short numbers are zero, and all is left out. */
const LEAST_PEAK: f32 = 1e-15;
const LARGEST_PEAK: f32 = 1e15;
/** 1.5 * 2^23: floats of its size are whole numbers. */
const ROUNDING: f32 = 12582912;
/** Above the rounding of a norm's own arithmetic. */
const NORM_SLACK: f32 = 1.0001;

/** One block of features, of the rows' side or of the columns'. */
export function prepareFeatures(growth: usize, item: u32): void {
  const rows = <usize>word(growth, GROWTH_ROWS);
  const rowItems = (word(rows, SIDE_FEATURES) + SIDE_BLOCK - 1) / SIDE_BLOCK;
  const side = item < rowItems ? rows : <usize>word(growth, GROWTH_COLUMNS);
  const first = (item < rowItems ? item : item - rowItems) * SIDE_BLOCK;
  const last = min(first + SIDE_BLOCK, word(side, SIDE_FEATURES));
  const tiles = word(growth, GROWTH_TILES);
  measurePeaks(side, first, last, tiles);
  for (let f = first; f < last; f++) prepareFeature(side, f, tiles);
}

/**
 * Leaves the peaks of a block of features, four to be compared, where their bounds will be. Tile by tile, for the
 * features of a tile lie together: most come from another core's cache, and in order they come sooner.
 */
function measurePeaks(side: usize, first: u32, last: u32, tiles: u32): void {
  const bounds = <usize>word(side, SIDE_BOUNDS);
  const stride = <usize>word(side, SIDE_TILE_BYTES);
  memory.fill(bounds + <usize>first * BOUND_BYTES, 0, <usize>(last - first) * BOUND_BYTES);
  let tile = <usize>word(side, SIDE_VALUES) + <usize>first * TILE_BYTES;
  for (let t: u32 = 0; t < tiles; t++, tile += stride)
    for (let f = first, from = tile; f < last; f++, from += TILE_BYTES) {
      const peaks = bounds + <usize>f * BOUND_BYTES;
      let a = v128.load(peaks);
      let b = zero();
      for (let i: usize = 0; i < <usize>TILE_BYTES; i += 32) {
        a = f32x4.max(a, f32x4.abs(v128.load(from + i)));
        b = f32x4.max(b, f32x4.abs(v128.load(from + i, 16)));
      }
      v128.store(peaks, f32x4.max(a, b));
    }
}

function prepareFeature(side: usize, feature: u32, tiles: u32): void {
  const values = <usize>word(side, SIDE_VALUES) + <usize>feature * TILE_BYTES;
  const stride = <usize>word(side, SIDE_TILE_BYTES);
  const bounds = <usize>word(side, SIDE_BOUNDS) + <usize>feature * BOUND_BYTES;
  let shorts = <usize>word(side, SIDE_SHORTS) + <usize>feature * tiles * TILE * 2;
  const samples = <f32>(tiles * TILE);
  const peaks = v128.load(bounds);
  const peak = max<f32>(
    max<f32>(f32x4.extract_lane(peaks, 0), f32x4.extract_lane(peaks, 1)),
    max<f32>(f32x4.extract_lane(peaks, 2), f32x4.extract_lane(peaks, 3)),
  );
  if (peak == 0) return store<f32>(bounds, 0, BOUND_NORM * 4);
  if (!(peak >= LEAST_PEAK && peak <= LARGEST_PEAK)) {
    const norm = peak * Mathf.sqrt(samples) * NORM_SLACK;
    memory.fill(shorts, 0, <usize>tiles * TILE * 2);
    return storeBounds(bounds, norm, 1, norm, norm);
  }

  // Sums of products of two such numbers stay below 2^31.
  const factor = Mathf.floor(<f32>Math.sqrt(<f64>0x7fffffff / <f64>samples)) / peak;
  const scale = f32x4.splat(factor);
  // Added, it leaves whole numbers, which are the difference of the bits too.
  const magic = f32x4.splat(ROUNDING);
  let squares = zero();
  let errors = zero();
  for (let t: u32 = 0, from = values; t < tiles; t++, from += stride)
    for (let i: usize = 0; i < <usize>TILE_BYTES; i += 32, shorts += 16) {
      const a = f32x4.mul(v128.load(from + i), scale);
      const b = f32x4.mul(v128.load(from + i, 16), scale);
      const roundedA = f32x4.add(a, magic);
      const roundedB = f32x4.add(b, magic);
      const p = f32x4.sub(roundedA, magic);
      const q = f32x4.sub(roundedB, magic);
      squares = f32x4.add(squares, f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)));
      const e = f32x4.sub(a, p);
      const f = f32x4.sub(b, q);
      errors = f32x4.add(errors, f32x4.add(f32x4.mul(e, e), f32x4.mul(f, f)));
      v128.store(shorts, i16x8.narrow_i32x4_s(i32x4.sub(roundedA, magic), i32x4.sub(roundedB, magic)));
    }
  const length = Mathf.sqrt(laneSum(squares)) * NORM_SLACK;
  storeBounds(bounds, (length / factor) * NORM_SLACK, factor, length, Mathf.sqrt(laneSum(errors)) * NORM_SLACK);
}

// @ts-ignore: decorator
@inline
function laneSum(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3))
  );
}

function storeBounds(bounds: usize, norm: f32, factor: f32, length: f32, error: f32): void {
  store<f32>(bounds, norm, BOUND_NORM * 4);
  store<f32>(bounds, factor, BOUND_FACTOR * 4);
  store<f32>(bounds, length, BOUND_LENGTH * 4);
  store<f32>(bounds, error, BOUND_ERROR * 4);
}

/** Norms that share these upper bits share a rank, in the order of their features. */
const RANK_SHIFT: u32 = 20;
export const RANK_BYTES: u32 = 8192;

/** Ranks a side's features that are not zero throughout. @param places RANK_BYTES of room */
export function rankSide(side: usize, places: usize): void {
  const features = word(side, SIDE_FEATURES);
  const bounds = <usize>word(side, SIDE_BOUNDS);
  const order = <usize>word(side, SIDE_ORDER);
  const floats = <usize>word(side, SIDE_FLOATS);
  const stride = <usize>word(side, SIDE_STRIDE);
  memory.fill(places, 0, RANK_BYTES);
  for (let f: u32 = 0; f < features; f++) {
    const norm = load<u32>(bounds + <usize>f * BOUND_BYTES, BOUND_NORM * 4) & 0x7fffffff;
    if (!norm) continue;
    const slot = places + (<usize>(norm >> RANK_SHIFT) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let count: u32 = 0;
  for (let slot = places + RANK_BYTES - 4; slot >= places; slot -= 4) {
    const here = load<u32>(slot);
    store<u32>(slot, count);
    count += here;
  }
  store<u32>(side + (SIDE_COUNT << 2), count);
  for (let f: u32 = 0; f < features; f++) {
    const from = bounds + <usize>f * BOUND_BYTES;
    const norm = load<u32>(from, BOUND_NORM * 4) & 0x7fffffff;
    if (!norm) continue;
    const slot = places + (<usize>(norm >> RANK_SHIFT) << 2);
    const rank = <usize>load<u32>(slot) << 2;
    store<u32>(slot, <u32>(rank >> 2) + 1);
    store<u32>(order + rank, f);
    // The end of its stretch, so that norms never rise from rank to rank.
    store<u32>(floats + rank + stride * BOUND_NORM, ((norm >> RANK_SHIFT) + 1) << RANK_SHIFT);
    store<f32>(floats + rank + stride * BOUND_FACTOR, load<f32>(from, BOUND_FACTOR * 4));
    store<f32>(floats + rank + stride * BOUND_LENGTH, load<f32>(from, BOUND_LENGTH * 4));
    store<f32>(floats + rank + stride * BOUND_ERROR, load<f32>(from, BOUND_ERROR * 4));
  }
}
