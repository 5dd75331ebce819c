import type { Positions } from '../../contract/index.ts';
import { requireRanks } from '../positions.ts';
import { openProduct } from './growth-product.ts';
import type { OpenedSearch, Search } from './growth-search.ts';
import * as layout from './kernels/growth-layout.ts';
import { TILE, TILE_BYTES, WEIGHTS_OFFSETS, WEIGHTS_STARTS, WEIGHTS_WORDS } from './kernels/layout.ts';
import type { Kernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { Stages } from './stages.ts';

const PURPOSE = 'growth';
const LEAST_SLACK = 1024;
const MOST_SLACK = 1 << 18;
/** The least magnitude above zero: zero gradients are no candidates. */
const LEAST_MAGNITUDE = 1;
const FEW_ROWS = 16;
/** Of one digit of a radix sort, or of the ranking of one side. */
const TABLE_BYTES = 8192;

/**
 * Positions, ascending, of the `count` largest gradient magnitudes among inactive and dropped ones of a layer. Every thread keeps the best
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
): Promise<Positions> {
  const { weights, operation, window } = planned;
  const { outputs } = weights.layer;
  const inputs = window.columns;
  const active = weights.activeCount();
  requireRanks(weights.layer.name, dropped, active);
  const wanted = Math.min(count, outputs * inputs - active + dropped.length);
  if (wanted === 0) return new Float64Array(0);
  const capacity = wanted + Math.min(MOST_SLACK, Math.max(LEAST_SLACK, wanted));
  const marksStride = Math.ceil(inputs / 64) * 64;
  const temporary: number[] = [];
  const keep = (address: number) => {
    temporary.push(address);
    return address;
  };
  const allocate = (bytes: number) => keep(shared.allocateRaw(bytes, PURPOSE));
  const allocateZeroed = (bytes: number) => keep(shared.allocate(bytes, PURPOSE));
  try {
    const growth = allocateZeroed(layout.GROWTH_WORDS * 4);
    const found = allocateZeroed(threads * layout.FOUND_STRIDE);
    const description: Record<number, number> = {
      [layout.GROWTH_OPERATION]: operation.address,
      [layout.GROWTH_TILES]: tiles,
      [layout.GROWTH_COUNT]: wanted,
      [layout.GROWTH_CAPACITY]: capacity,
      [layout.GROWTH_TIE_SEED]: tieSeed,
      [layout.GROWTH_DROPPED]: writeBits(shared, allocateZeroed, dropped, active),
      [layout.GROWTH_FAN_IN]: inputs,
      [layout.GROWTH_MARKS]: allocateZeroed(threads * marksStride),
      [layout.GROWTH_MARKS_STRIDE]: marksStride,
      [layout.GROWTH_CANDIDATES]: allocate(threads * capacity * layout.RECORD_BYTES),
      [layout.GROWTH_FOUND]: found,
    };
    const words = () => shared.words(growth, layout.GROWTH_WORDS);
    for (const [word, value] of Object.entries(description)) words()[Number(word)] = value;
    listActive(shared, allocate, planned);

    const search: Search = {
      shared,
      kernels,
      allocate,
      growth,
      table: allocate(TABLE_BYTES),
      planned,
      tiles,
      wanted,
      async run(phase, items) {
        words()[layout.GROWTH_PHASE] = phase;
        await stages.searchGrowth(growth, items);
      },
    };
    const counts = () => Array.from({ length: threads }, (_, t) => shared.words(found + t * layout.FOUND_STRIDE, 1));
    const foundAll = () => counts().reduce((sum, [here]) => sum + here, 0);
    const opened = isProduct(planned, tiles) ? await openProduct(search) : openWindows(search, threads);
    const guess = Math.max(opened.guess, LEAST_MAGNITUDE);
    words()[layout.GROWTH_THRESHOLD] = guess;
    await opened.find();
    if (guess > LEAST_MAGNITUDE && foundAll() < wanted) {
      // Guessed too high: once more, from the bottom.
      words()[layout.GROWTH_THRESHOLD] = LEAST_MAGNITUDE;
      for (const count of counts()) count[0] = 0;
      await opened.find();
    }
    return merge(search, threads, foundAll(), outputs * inputs);
  } finally {
    operation.describe();
    shared.free(...temporary);
  }
}

/** Whether the gradients are one matrix product, and one with rows enough to make it worth bringing columns into bytes. */
const isProduct = ({ weights, input, output }: PlannedLayer, tiles: number): boolean =>
  weights.layer.kind === 'linear' &&
  weights.layer.outputs > FEW_ROWS &&
  input.halo === 0 &&
  output.gradient!.halo === 0 &&
  tiles * TILE <= layout.MOST_SIDE_SAMPLES;

/** Bits by rank among `size`: 1 for those in the list. */
function writeBits(shared: SharedMemory, allocateZeroed: Search['allocate'], ranks: Uint32Array, size: number): number {
  const bytes = (size >>> 3) + 1;
  const address = allocateZeroed(bytes);
  const bits = shared.bytes(address, bytes);
  for (let i = 0; i < ranks.length; i++) bits[ranks[i] >>> 3] |= 1 << (ranks[i] & 7);
  return address;
}

/** Dense storage has no lists of what is active: the search gets some, until its operation is described anew. */
function listActive(shared: SharedMemory, allocate: Search['allocate'], { weights, operation }: PlannedLayer): void {
  const words = () => shared.words(operation.address, WEIGHTS_WORDS);
  if (words()[WEIGHTS_STARTS] !== 0) return;
  const { starts, offsets } = weights.pattern();
  const [startsAt, offsetsAt] = [starts, offsets].map((list) => {
    const address = allocate(list.byteLength);
    shared.words(address, list.length).set(list);
    return address;
  });
  words()[WEIGHTS_STARTS] = startsAt;
  words()[WEIGHTS_OFFSETS] = offsetsAt;
}

/** The search where it does not go by bytes: in layers that look at images, and in those of few rows. */
function openWindows({ shared, allocate, growth, planned, run }: Search, threads: number): OpenedSearch {
  const { window, output, weights } = planned;
  const inputs = window.columns;
  const offsets = allocate(inputs * 4);
  const scratchStride = (inputs + 1) * 16 + output.shape[1] * layout.ROWS_TOGETHER * TILE_BYTES + 64;
  const scratch = allocate(threads * scratchStride);
  shared.words(offsets, inputs).forEach((_, column, view) => (view[column] = window.offsetOf(column)));
  const words = shared.words(growth, layout.GROWTH_WORDS);
  words[layout.GROWTH_OFFSETS] = offsets;
  words[layout.GROWTH_SCRATCH] = scratch;
  words[layout.GROWTH_SCRATCH_STRIDE] = scratchStride;
  const blocks = Math.ceil(weights.layer.outputs / layout.ROWS_TOGETHER);
  return { guess: 0, find: () => run(layout.PHASE_SEARCH_WINDOWS, blocks) };
}

/** Positions of the best of all threads' candidates. @param size positions of the layer */
function merge(
  { shared, kernels, allocate, growth, table, wanted }: Search,
  threads: number,
  total: number,
  size: number,
): Positions {
  const [best, rest] = [0, 1].map(() => allocate(total * layout.RECORD_BYTES));
  const count = Math.min(total, wanted);
  kernels.mergeCandidates(growth, threads, count, size, best, rest, table);
  return new Float64Array(shared.doubles(best, count));
}
