import type { UpdateContext } from './rules.ts';

const FIRST_TEMPERATURE = 1;
const LAST_TEMPERATURE = 9;

/**
 * All indices in the order of a draw without replacement, chances as score^T, T rising linearly from 1 to 9 over the
 * training (CHTs; itop.md 3). By Gumbel keys, T log(score) + Gumbel noise (Kool et al., ICML 2019). Scores of zero stand
 * at the end, in random order.
 */
export function temperedOrder(
  scores: Float32Array | Float64Array,
  uniform: (index: number) => number,
  { step, totalSteps }: Pick<UpdateContext, 'step' | 'totalSteps'>,
): number[] {
  const temperature = FIRST_TEMPERATURE + ((LAST_TEMPERATURE - FIRST_TEMPERATURE) * step) / totalSteps;
  const noise = Float64Array.from(scores, (_, index) => -Math.log(-Math.log(uniform(index) || Number.MIN_VALUE)));
  const keys = Float64Array.from(scores, (score, index) =>
    score > 0 ? temperature * Math.log(score) + noise[index] : -Infinity,
  );
  return Array.from(scores.keys()).sort(
    (a, b) => (keys[a] === keys[b] ? 0 : keys[b] - keys[a]) || noise[b] - noise[a] || a - b,
  );
}
