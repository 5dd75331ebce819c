import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { maskFromPositions, positionCount, withoutRanks } from '../mask.ts';
import { pathScores } from '../path-scores.ts';
import { absentPositions } from '../ranks.ts';
import type { Dropped, GrowRule, LayerView, RuleContext } from '../rules.ts';
import { temperedOrder } from '../soft-sampling.ts';

/** Scores of all positions inactive once `dropped` are out, in ascending order of position. */
function scoreInactive(view: LayerView, { ranks: dropped }: Dropped): { positions: Positions; scores: Float64Array } {
  const surviving = withoutRanks(view.positions, dropped);
  const inactive = positionCount(view.mask) - surviving.length;
  const inactiveRanks = Float64Array.from({ length: inactive }, (_, rank) => rank);
  const positions = absentPositions(surviving, inactiveRanks);
  const all = pathScores(maskFromPositions(view.mask.outputs, view.mask.inputs, surviving));
  return { positions, scores: Float64Array.from(positions, (position) => all[position]) };
}

const noiseOf = (view: LayerView, { seed, update }: RuleContext) =>
  createStream(seed, 'path growth', view.layer, update);

/** Grows the positions of highest path score; ties, scores of zero among them, by seeded noise (CHT). */
export const growBestPaths: GrowRule = async (view, dropped, count, context) => {
  const { positions, scores } = scoreInactive(view, dropped);
  const stream = noiseOf(view, context);
  const noise = Float64Array.from(positions, (position) => stream.uniform(position));
  const order = Array.from(positions.keys()).sort((a, b) => scores[b] - scores[a] || noise[b] - noise[a] || a - b);
  return Float64Array.from(order.slice(0, count), (index) => positions[index]).sort();
};

/** Grows a sample without replacement, chances as a power of the path score that rises from 1 to 9 (CHTs). */
export const growSoftPaths: GrowRule = async (view, dropped, count, context) => {
  const { positions, scores } = scoreInactive(view, dropped);
  const stream = noiseOf(view, context);
  const order = temperedOrder(scores, (index) => stream.uniform(positions[index]), context);
  return Float64Array.from(order.slice(0, count), (index) => positions[index]).sort();
};
