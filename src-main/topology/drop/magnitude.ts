import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import { positionsAt } from '../mask.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/** Drops the weights of smallest magnitude; ties are broken by seeded noise (RigL, section 3; ITOP `magnitude`). */
export const dropSmallestMagnitudes = (view: LayerView, count: number, { seed, update }: RuleContext): Positions => {
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const chosen = selectSmallestMagnitudes(view.weights, count, (index) => noise.uint32(view.positions[index]));
  return positionsAt(view.positions, chosen);
};
