import type { Positions } from '../../contract/index.ts';
import { selectLargestMagnitudes } from '../../numerics/selection.ts';
import { tieOrder } from '../../numerics/tie-order.ts';
import { difference, positionsOf } from '../../topology/mask.ts';
import type { GrowthCandidates } from '../engine.ts';
import { locateActive, patternOf } from '../positions.ts';
import type { TfjsWeights } from './weights.ts';

/**
 * The `count` largest gradient magnitudes among inactive and dropped positions, by the same rule as on every engine.
 * @param gradient dense, in mask order; overwritten
 * @throws EngineError where a dropped position is not active
 */
export function findGrowthCandidates(
  { layer, mask: maskOf }: TfjsWeights,
  gradient: Float32Array,
  count: number,
  dropped: Positions,
  tieSeed: number,
): GrowthCandidates {
  const mask = maskOf();
  locateActive(dropped, 'dropped', patternOf(layer.name, mask));
  // Zeros are never candidates.
  for (const position of difference(positionsOf(mask), dropped)) gradient[position] = 0;
  const chosen = selectLargestMagnitudes(gradient, count, (position) => tieOrder(position, tieSeed));
  return {
    positions: Float64Array.from(chosen),
    magnitudes: Float32Array.from(chosen, (position) => Math.abs(gradient[position])),
  };
}
