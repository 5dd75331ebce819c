import { kthSmallestMagnitude } from '../../numerics/selection.ts';
import type { OpenedSearch, Search } from './growth-search.ts';
import * as layout from './kernels/growth-layout.ts';
import { TILE, TILE_BYTES } from './kernels/layout.ts';

const SAMPLE_SIDE = 96;
/** Of the wanted ones in the sample: fewer say too little. */
const FEWEST_EXPECTED = 12;

/** The search where the gradients are one matrix product: bytes tell which of them can matter. */
export async function openProduct(search: Search): Promise<OpenedSearch> {
  const { shared, kernels, growth, table, planned, run } = search;
  const { outputs } = planned.weights.layer;
  const inputs = planned.window.columns;
  const sides = [
    describeSide(search, planned.output.gradient!.address, outputs),
    describeSide(search, planned.input.values, inputs),
  ];
  const words = shared.words(growth, layout.GROWTH_WORDS);
  [words[layout.GROWTH_ROWS], words[layout.GROWTH_COLUMNS]] = sides;
  await run(layout.PHASE_PREPARE, Math.ceil(outputs / layout.SIDE_BLOCK) + Math.ceil(inputs / layout.SIDE_BLOCK));
  const [rowCount, columnCount] = sides.map((side) => {
    kernels.rankSide(side, table);
    return shared.words(side, layout.SIDE_WORDS)[layout.SIDE_COUNT];
  });
  return {
    guess: await guessThreshold(search, rowCount, columnCount),
    find: () => run(layout.PHASE_SEARCH, Math.ceil(rowCount / layout.SEARCH_ROWS)),
  };
}

/** Room and description of one side of the product: `features` of some tiles from `values` on. */
function describeSide({ shared, allocate, tiles }: Search, values: number, features: number): number {
  // By fours from any rank on.
  const stride = (features + 4) * 4;
  const side = {
    [layout.SIDE_VALUES]: values,
    [layout.SIDE_TILE_BYTES]: features * TILE_BYTES,
    [layout.SIDE_FEATURES]: features,
    [layout.SIDE_COUNT]: 0,
    [layout.SIDE_SAMPLES]: allocate(features * tiles * TILE),
    [layout.SIDE_BOUNDS]: allocate(features * layout.BOUND_BYTES),
    [layout.SIDE_ORDER]: allocate(stride),
    [layout.SIDE_RANKED]: allocate(stride * (layout.BOUND_BYTES / 4)),
    [layout.SIDE_STRIDE]: stride,
  };
  const address = allocate(layout.SIDE_WORDS * 4);
  const words = shared.words(address, layout.SIDE_WORDS);
  for (const [word, value] of Object.entries(side)) words[Number(word)] = value;
  return address;
}

/**
 * The threshold that a sample of the ranked rows and columns suggests, so that a search can leave out most others from
 * its start. What comes of the search does not depend on it.
 */
async function guessThreshold(
  { shared, allocate, growth, wanted, run }: Search,
  rowCount: number,
  columnCount: number,
): Promise<number> {
  const rows = Math.min(SAMPLE_SIDE, rowCount);
  const columns = Math.min(SAMPLE_SIDE, columnCount - (columnCount % 4));
  const size = rows * columns;
  const expected = (wanted / (rowCount * columnCount)) * size;
  // Three deviations and a little on top: a second search costs more than some candidates too many.
  const rank = Math.ceil(1.15 * expected + 3 * Math.sqrt(expected) + 8);
  if (!(expected >= FEWEST_EXPECTED) || rank >= size) return 0;
  const sample = allocate(size * 4);
  const words = shared.words(growth, layout.GROWTH_WORDS);
  words[layout.GROWTH_SAMPLE] = sample;
  words[layout.GROWTH_SAMPLE_ROWS] = rows;
  words[layout.GROWTH_SAMPLE_COLUMNS] = columns;
  await run(layout.PHASE_SAMPLE, rows);
  // Magnitudes order like their bits.
  return kthSmallestMagnitude(shared.words(sample, size), size - rank);
}
