import type { Positions } from '../../contract/index.ts';
import { selectLargestMagnitudes } from '../../numerics/selection.ts';
import { tieOrder } from '../../numerics/tie-order.ts';
import { positionsOf, withoutRanks } from '../../topology/mask.ts';
import { requireRanks } from '../positions.ts';
import type { TfjsWeights } from './weights.ts';

/**
 * The `count` largest gradient magnitudes among inactive and dropped positions, by the same rule as on every engine.
 * @param gradient dense, in mask order; overwritten
 * @param dropped ranks among the active weights
 * @throws EngineError where there are no such ranks
 */
export function findGrowthCandidates(
  { layer, mask: maskOf }: TfjsWeights,
  gradient: Float32Array,
  count: number,
  dropped: Uint32Array,
  tieSeed: number,
): Positions {
  const mask = maskOf();
  requireRanks(layer.name, dropped, mask.columns.length);
  // Zeros are never candidates.
  for (const position of withoutRanks(positionsOf(mask), dropped)) gradient[position] = 0;
  const chosen = selectLargestMagnitudes(gradient, count, (position) => tieOrder(position, tieSeed));
  return Float64Array.from(chosen).sort();
}
