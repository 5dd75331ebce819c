import type { Positions } from '../../contract/index.ts';
import type { GrowthCandidates } from '../engine.ts';
import * as layout from './kernels/layout.ts';
import type { Kernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import { locateActive } from '../positions.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { Stages } from './stages.ts';

const PURPOSE = 'growth';
const LEAST_SLACK = 1024;
const MOST_SLACK = 1 << 18;
const SAMPLE_SIDE = 64;
/** Of the wanted ones in the sample: fewer say too little. */
const FEWEST_EXPECTED = 12;

/**
 * The `count` largest gradient magnitudes among inactive and dropped positions of a layer. Every thread keeps its best
 * `count` of the blocks it happens to take; the best `count` of these are the same whoever took what.
 * @throws EngineError where a dropped position is not active
 */
export async function findGrowthCandidates(
  shared: SharedMemory,
  kernels: Kernels,
  stages: Stages,
  threads: number,
  { weights, operation, input, output, window }: PlannedLayer,
  tiles: number,
  count: number,
  dropped: Positions,
  tieSeed: number,
): Promise<GrowthCandidates> {
  const { outputs } = weights.layer;
  const inputs = window.columns;
  const pattern = weights.pattern();
  const droppedIndices = locateActive(dropped, 'dropped', pattern).indices;
  const inactive = outputs * inputs - weights.activeCount() + dropped.length;
  const wanted = Math.min(count, inactive);
  if (wanted === 0) return { positions: new Float64Array(0), magnitudes: new Float32Array(0) };
  const capacity = wanted + Math.min(MOST_SLACK, Math.max(LEAST_SLACK, wanted));
  const marksStride = Math.ceil(inputs / 64) * 64;
  const temporary: number[] = [];
  const allocate = (bytes: number) => {
    const address = shared.allocate(bytes, PURPOSE);
    temporary.push(address);
    return address;
  };
  try {
    const marks = allocate(threads * marksStride);
    const candidates = allocate(threads * capacity * layout.RECORD_BYTES);
    const found = allocate(threads * layout.FOUND_STRIDE);
    const droppedBits = allocate((weights.activeCount() >>> 3) + 1);
    const growth = allocate(layout.GROWTH_WORDS * 4);

    const bits = shared.bytes(droppedBits, (weights.activeCount() >>> 3) + 1);
    for (const index of droppedIndices) bits[index >>> 3] |= 1 << (index & 7);
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
    // Where a window is a whole tile, features that are zero or small throughout can be left out.
    const isWholeTile = weights.layer.kind === 'linear' && input.halo === 0 && output.gradient!.halo === 0;
    let rowCount = outputs;
    let guess = 0;
    if (isWholeTile) {
      const rows = allocate(outputs * layout.RECORD_BYTES);
      const columns = allocate(inputs * layout.RECORD_BYTES);
      rowCount = kernels.rankNorms(output.gradient!.address, outputs, tiles, rows);
      const columnCount = kernels.rankNorms(input.values, inputs, tiles, columns);
      const words = shared.words(growth, layout.GROWTH_WORDS);
      words[layout.GROWTH_ROWS] = rows;
      words[layout.GROWTH_ROW_COUNT] = rowCount;
      words[layout.GROWTH_COLUMNS] = columns;
      words[layout.GROWTH_COLUMN_COUNT] = columnCount;
      const sample = allocate(SAMPLE_SIDE * SAMPLE_SIDE * 4);
      guess = guessThreshold(shared, kernels, growth, { rowCount, columnCount, wanted }, sample);
      if (guess > 1) shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_THRESHOLD] = guess;
    } else {
      const offsets = allocate(inputs * 4);
      const scratchStride = (inputs + 1) * 16 + output.shape[1] * layout.ROWS_TOGETHER * layout.TILE_BYTES + 64;
      const scratch = allocate(threads * scratchStride);
      const words = shared.words(growth, layout.GROWTH_WORDS);
      shared.words(offsets, inputs).forEach((_, column, view) => (view[column] = window.offsetOf(column)));
      words[layout.GROWTH_OFFSETS] = offsets;
      words[layout.GROWTH_SCRATCH] = scratch;
      words[layout.GROWTH_SCRATCH_STRIDE] = scratchStride;
    }
    if (shared.words(operation.address, layout.WEIGHTS_WORDS)[layout.WEIGHTS_STARTS] === 0) {
      // Dense storage has no lists of what is active: the search gets some.
      const lists = [pattern.starts, pattern.offsets].map((list) => {
        const address = allocate(list.byteLength);
        shared.words(address, list.length).set(list);
        return address;
      });
      const words = shared.words(operation.address, layout.WEIGHTS_WORDS);
      [words[layout.WEIGHTS_STARTS], words[layout.WEIGHTS_OFFSETS]] = lists;
    }
    const blocks = Math.ceil(rowCount / layout.ROWS_TOGETHER);
    const lengths = () =>
      Array.from({ length: threads }, (_, thread) => shared.words(found + thread * layout.FOUND_STRIDE, 1)[0]);
    await stages.searchGrowth(growth, blocks);
    if (guess > 1 && lengths().reduce((sum, length) => sum + length, 0) < wanted) {
      // Guessed too high: once more, from the bottom.
      shared.words(growth, layout.GROWTH_WORDS)[layout.GROWTH_THRESHOLD] = 1;
      for (let thread = 0; thread < threads; thread++) shared.words(found + thread * layout.FOUND_STRIDE, 1)[0] = 0;
      await stages.searchGrowth(growth, blocks);
    }
    const lists = lengths().map((length, thread) => ({
      address: candidates + thread * capacity * layout.RECORD_BYTES,
      length,
    }));
    return merge(shared, lists, wanted);
  } finally {
    operation.describe();
    temporary.forEach((address) => shared.free(address));
  }
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
  // Three deviations and a quarter on top: a second search costs more than some candidates too many.
  const rank = Math.ceil(1.25 * expected + 3 * Math.sqrt(expected) + 8);
  if (!(expected >= FEWEST_EXPECTED) || rank >= size) return 0;
  kernels.sampleGradients(growth, rows, columns, sample);
  // Magnitudes order like their bits.
  return Uint32Array.from(shared.words(sample, size)).sort()[size - 1 - rank];
}

/** The first `wanted` records of all the lists, each of them in order. */
function merge(shared: SharedMemory, lists: { address: number; length: number }[], wanted: number): GrowthCandidates {
  // A record is four words: tie order, magnitude bits, and the position's low and high half.
  const cursors = lists.map(({ address, length }) => ({
    words: shared.words(address, length * 4),
    magnitudes: shared.reals(address, length * 4),
    at: 0,
    end: length * 4,
  }));
  const count = Math.min(
    wanted,
    lists.reduce((sum, list) => sum + list.length, 0),
  );
  const positions = new Float64Array(count);
  const magnitudes = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let best = cursors[0];
    for (const cursor of cursors) {
      if (cursor.at < cursor.end && (best.at >= best.end || isBefore(cursor, best))) best = cursor;
    }
    positions[i] = best.words[best.at + 2] + best.words[best.at + 3] * 2 ** 32;
    magnitudes[i] = best.magnitudes[best.at + 1];
    best.at += 4;
  }
  return { positions, magnitudes };
}

interface Cursor {
  words: Uint32Array;
  at: number;
}

function isBefore(a: Cursor, b: Cursor): boolean {
  const x = a.words;
  const y = b.words;
  if (x[a.at + 1] !== y[b.at + 1]) return x[a.at + 1] > y[b.at + 1];
  if (x[a.at] !== y[b.at]) return x[a.at] > y[b.at];
  if (x[a.at + 3] !== y[b.at + 3]) return x[a.at + 3] < y[b.at + 3];
  return x[a.at + 2] < y[b.at + 2];
}
