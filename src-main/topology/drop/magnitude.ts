import { createStream } from '../../numerics/random.ts';
import { selectSmallestMagnitudes } from '../../numerics/selection.ts';
import type { LayerView, RuleContext } from '../rules.ts';

/** Drops the weights of smallest magnitude; ties are broken by seeded noise (RigL, section 3; ITOP `magnitude`). */
export const dropSmallestMagnitudes = (view: LayerView, count: number, { seed, update }: RuleContext): Uint32Array => {
  const noise = createStream(seed, 'drop ties', view.layer, update);
  return selectSmallestMagnitudes(view.weights, count, (rank) => noise.uint32(view.positions[rank]));
};
