import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import { positionsAt } from '../mask.ts';
import type { DropRule } from '../rules.ts';

/** Drops the weights of smallest magnitude; ties are broken by seeded noise (RigL, section 3; ITOP `magnitude`). */
export const dropSmallestMagnitudes: DropRule = (view, count, { seed, update }) => {
  const noise = createStream(seed, 'drop ties', view.layer, update);
  const chosen = selectSmallestMagnitudes(view.weights, count, (index) => noise.uint32(view.positions[index]));
  return positionsAt(view.positions, chosen);
};
