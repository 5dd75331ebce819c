import type { RunConfiguration } from '../../contract/index.ts';
import type { DropRule } from '../rules.ts';
import { dropSmallestMagnitudes } from './magnitude.ts';

/** Drops the smallest |w| + lambda |g|, g the last batch's gradient of the active weights (MEST, eq. 2). */
export const dropWeightAndGradient: DropRule<RunConfiguration & { readonly gradientWeight: number }> = async (
  view,
  count,
  context,
) => {
  const { gradientWeight } = context.configuration;
  const gradients = await view.gradients();
  const scores = view.weights.map((weight, index) => Math.abs(weight) + gradientWeight * Math.abs(gradients[index]));
  return dropSmallestMagnitudes({ ...view, weights: scores }, count, context);
};
