import { kthSmallestMagnitude } from '../../numerics/selection.ts';
import type { GrowthCandidates } from '../engine.ts';
import * as layout from './kernels/layout.ts';
import { requireRanks } from '../positions.ts';
import type { Kernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { Stages } from './stages.ts';

const PURPOSE = 'growth';
const LEAST_SLACK = 1024;
const MOST_SLACK = 1 << 18;
const SAMPLE_SIDE = 96;
/** Of the wanted ones in the sample: fewer say too little. */
const FEWEST_EXPECTED = 12;
/** Tables of a radix sort's three digits, or of the ranking of one side. */
const TABLE_BYTES = 3 * 8192;

type Allocate = (bytes: number) => number;

/**
 * The `count` largest gradient magnitudes among inactive and dropped positions of a layer. Every thread keeps the best
 * of the blocks it happens to take; the best `count` of these are the same whoever took what.
 * @param dropped ranks among the active weights
 */
export async function findGrowthCandidates(
  shared: SharedMemory,
  kernels: Kernels,
  stages: Stages,
  threads: number,
  planned: PlannedLayer,
  tiles: number,
  count: number,
  dropped: Uint32Array,
  tieSeed: number,
): Promise<GrowthCandidates> {
  const { weights, operation, input, output, window } = planned;
  const { outputs } = weights.layer;
  const inputs = window.columns;
  requireRanks(weights.layer.name, dropped, weights.activeCount());
  const inactive = outputs * inputs - weights.activeCount() + dropped.length;
  const wanted = Math.min(count, inactive);
  if (wanted === 0) return { positions: new Float64Array(0), magnitudes: new Float32Array(0) };
  const capacity = wanted + Math.min(MOST_SLACK, Math.max(LEAST_SLACK, wanted));
  const marksStride = Math.ceil(inputs / 64) * 64;
  const temporary: number[] = [];
  const keep = (address: number) => {
    temporary.push(address);
    return address;
  };
  const allocate: Allocate = (bytes) => keep(shared.allocate(bytes, PURPOSE));
  const allocateRaw: Allocate = (bytes) => keep(shared.allocateRaw(bytes, PURPOSE));
  try {
    const marks = allocate(threads * marksStride);
    const candidates = allocateRaw(threads * capacity * layout.RECORD_BYTES);
    const found = allocate(threads * layout.FOUND_STRIDE);
    const droppedBits = allocate((weights.activeCount() >>> 3) + 1);
    const growth = allocate(layout.GROWTH_WORDS * 4);
    const table = allocateRaw(TABLE_BYTES);

    const bits = shared.bytes(droppedBits, (weights.activeCount() >>> 3) + 1);
    for (let i = 0; i < dropped.length; i++) bits[dropped[i] >>> 3] |= 1 << (dropped[i] & 7);
    const words = shared.words(growth, layout.GROWTH_WORDS);
    words[layout.GROWTH_OPERATION] = operation.address;
    words[layout.GROWTH_TILES] = tiles;
    words[layout.GROWTH_COUNT] = wanted;
    words[layout.GROWTH_CAPACITY] = capacity;
    words[layout.GROWTH_TIE_SEED] = tieSeed;
    words[layout.GROWTH_DROPPED] = droppedBits;
    words[layout.GROWTH_FAN_IN] = inputs;
    words[layout.GROWTH_MARKS] = marks;
    words[layout.GROWTH_MARKS_STRIDE] = marksStride;
    words[layout.GROWTH_CANDIDATES] = candidates;
    words[layout.GROWTH_FOUND] = found;
    // The least magnitude above zero: zero gradients are no candidates.
    words[layout.GROWTH_THRESHOLD] = 1;
    if (shared.words(operation.address, layout.WEIGHTS_WORDS)[layout.WEIGHTS_STARTS] === 0) {
      // Dense storage has no lists of what is active: the search gets some.
      const { starts, offsets } = weights.pattern();
      const lists = [starts, offsets].map((list) => {
        const address = allocateRaw(list.byteLength);
        shared.words(address, list.length).set(list);
        return address;
      });
      const words = shared.words(operation.address, layout.WEIGHTS_WORDS);
      [words[layout.WEIGHTS_STARTS], words[layout.WEIGHTS_OFFSETS]] = lists;
    }

    // Where a window is a whole tile, the gradients are one matrix product: short numbers tell which can matter.
    const isWholeTile = weights.layer.kind === 'linear' && input.halo === 0 && output.gradient!.halo === 0;
    let blocks = Math.ceil(outputs / layout.ROWS_TOGETHER);
    let guess = 0;
    if (isWholeTile) {
      const side = (word: number, values: number, features: number) => {
        const address = placeSide(shared, allocateRaw, values, features, tiles);
        shared.words(growth, layout.GROWTH_WORDS)[word] = address;
        return address;
      };
      const sides = [
        side(layout.GROWTH_ROWS, output.gradient!.address, outputs),
        side(layout.GROWTH_COLUMNS, input.values, inputs),
      ];
      shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_PHASE] = layout.PHASE_PREPARE;
      await stages.searchGrowth(growth, Math.ceil(outputs / layout.SIDE_BLOCK) + Math.ceil(inputs / layout.SIDE_BLOCK));
      shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_PHASE] = layout.PHASE_SEARCH;
      const [rowCount, columnCount] = sides.map((address) => {
        kernels.rankSide(address, table);
        return shared.words(address, layout.SIDE_WORDS)[layout.SIDE_COUNT];
      });
      blocks = Math.ceil(rowCount / layout.SEARCH_ROWS);
      const sample = allocateRaw(SAMPLE_SIDE * SAMPLE_SIDE * 4);
      guess = guessThreshold(shared, kernels, growth, { rowCount, columnCount, wanted }, sample);
      if (guess > 1) shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_THRESHOLD] = guess;
    } else {
      const offsets = allocateRaw(inputs * 4);
      const scratchStride = (inputs + 1) * 16 + output.shape[1] * layout.ROWS_TOGETHER * layout.TILE_BYTES + 64;
      const scratch = allocateRaw(threads * scratchStride);
      const words = shared.words(growth, layout.GROWTH_WORDS);
      shared.words(offsets, inputs).forEach((_, column, view) => (view[column] = window.offsetOf(column)));
      words[layout.GROWTH_OFFSETS] = offsets;
      words[layout.GROWTH_SCRATCH] = scratch;
      words[layout.GROWTH_SCRATCH_STRIDE] = scratchStride;
    }

    const foundAll = () => {
      let sum = 0;
      for (let thread = 0; thread < threads; thread++) sum += shared.words(found + thread * layout.FOUND_STRIDE, 1)[0];
      return sum;
    };
    await stages.searchGrowth(growth, blocks);
    if (guess > 1 && foundAll() < wanted) {
      // Guessed too high: once more, from the bottom.
      shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_THRESHOLD] = 1;
      for (let thread = 0; thread < threads; thread++) shared.words(found + thread * layout.FOUND_STRIDE, 1)[0] = 0;
      await stages.searchGrowth(growth, blocks);
    }
    return merge(shared, kernels, allocateRaw, { growth, threads, total: foundAll(), wanted, table });
  } finally {
    operation.describe();
    temporary.forEach((address) => shared.free(address));
  }
}

/** Room and description of one side of the product: `features` of `tiles` tiles from `values` on. */
function placeSide(shared: SharedMemory, allocate: Allocate, values: number, features: number, tiles: number): number {
  // By fours from any rank on.
  const stride = (features + 4) * 4;
  const side = {
    [layout.SIDE_VALUES]: values,
    [layout.SIDE_TILE_BYTES]: features * layout.TILE_BYTES,
    [layout.SIDE_FEATURES]: features,
    [layout.SIDE_COUNT]: 0,
    [layout.SIDE_SHORTS]: allocate(features * tiles * layout.TILE * 2),
    [layout.SIDE_BOUNDS]: allocate(features * layout.BOUND_BYTES),
    [layout.SIDE_ORDER]: allocate(stride),
    [layout.SIDE_FLOATS]: allocate(stride * 4),
    [layout.SIDE_STRIDE]: stride,
  };
  const address = allocate(layout.SIDE_WORDS * 4);
  const words = shared.words(address, layout.SIDE_WORDS);
  Object.entries(side).forEach(([word, value]) => (words[Number(word)] = value));
  return address;
}

/**
 * Bits of a magnitude that somewhat more than the wanted candidates probably reach, so that a search can leave out most
 * others from its start; 0 where a sample does not tell. What comes of the search does not depend on it.
 */
function guessThreshold(
  shared: SharedMemory,
  kernels: Kernels,
  growth: number,
  { rowCount, columnCount, wanted }: { rowCount: number; columnCount: number; wanted: number },
  sample: number,
): number {
  const rows = Math.min(SAMPLE_SIDE, rowCount);
  const columns = Math.min(SAMPLE_SIDE, columnCount - (columnCount % 4));
  const size = rows * columns;
  const expected = (wanted / (rowCount * columnCount)) * size;
  // Three deviations and a little on top: a second search costs more than some candidates too many.
  const rank = Math.ceil(1.15 * expected + 3 * Math.sqrt(expected) + 8);
  if (!(expected >= FEWEST_EXPECTED) || rank >= size) return 0;
  kernels.sampleGradients(growth, rows, columns, sample);
  // Magnitudes order like their bits.
  return kthSmallestMagnitude(shared.words(sample, size), size - rank);
}

/** The best `wanted` of all threads' candidates. */
function merge(
  shared: SharedMemory,
  kernels: Kernels,
  allocate: Allocate,
  { growth, threads, total, wanted, table }: Record<'growth' | 'threads' | 'total' | 'wanted' | 'table', number>,
): GrowthCandidates {
  const [from, to] = [allocate(total * layout.RECORD_BYTES), allocate(total * layout.RECORD_BYTES)];
  const positions = allocate(Math.min(total, wanted) * 8);
  const magnitudes = allocate(Math.min(total, wanted) * 4);
  const count = kernels.mergeCandidates(growth, threads, from, to, table, positions, magnitudes);
  return {
    positions: new Float64Array(shared.doubles(positions, count)),
    magnitudes: new Float32Array(shared.reals(magnitudes, count)),
  };
}
