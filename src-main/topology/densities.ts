import type { DensityPlan } from './methods/method.ts';

const cubed = (x: number): number => x * x * x;

/** Where a density plan starts: denser than the final density, or there at once. */
const startOf = ({ sparsity, initialSparsity }: Parameters<DensityPlan>[0]): number =>
  1 - Math.min(sparsity, initialSparsity);

/**
 * From the initial to the final density; `left` of the way, as a share, falls from 1 to 0 over t / t_end. t_end is the last update
 * within the end fraction (the first where there is none), so that the final sparsity is always reached, by an update.
 */
const along =
  (left: (share: number) => number): DensityPlan =>
  (configuration, steps, totalSteps) => {
    const initial = startOf(configuration);
    const final = 1 - configuration.sparsity;
    const end = steps.filter((step) => step <= configuration.sparsityEndFraction * totalSteps).at(-1) ?? steps[0];
    return {
      initial,
      after: steps.map((step) => (step >= end ? final : final + (initial - final) * left(step / end))),
    };
  };

/** Zhu and Gupta 2017: s_t = s_f + (s_i - s_f)(1 - t / t_end)^3. */
export const cubicDensity: DensityPlan = along((share) => cubed(1 - share));

/** Of the sigmoid at both ends, in units of its argument. */
const SIGMOID_REACH = 6;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * CHTss (Zhang et al., NeurIPS 2025, arXiv 2501.19107; the authors' code, `s_shape`): s_t = s_i + (s_f - s_i) f(t), f the
 * sigmoid of k (t - t_end / 2) with k = 6 / (t_end / 2), stretched to go from 0 to 1. Here 1 - f, by its symmetry.
 */
export const sigmoidDensity: DensityPlan = along((share) => {
  const height = sigmoid(SIGMOID_REACH) - sigmoid(-SIGMOID_REACH);
  return (sigmoid(SIGMOID_REACH * (1 - 2 * share)) - 0.5) / height + 0.5;
});

/** MEST's EM&S: denser until 9/16 of the training, half-way until 3/4, final after (90 and 120 of 160 epochs). */
export const steppedDensity: DensityPlan = (configuration, steps, totalSteps) => {
  const initial = startOf(configuration);
  const final = 1 - configuration.sparsity;
  const halfway = steps.findIndex((step) => step >= 0.5625 * totalSteps);
  const end = steps.findIndex((step) => step >= 0.75 * totalSteps);
  const last = end < 0 ? steps.length - 1 : end;
  return {
    initial,
    after: steps.map((_, at) => {
      if (at >= last) return final;
      return halfway >= 0 && at >= halfway ? (initial + final) / 2 : initial;
    }),
  };
};

/** AC/DC on ImageNet, in hundredths of the training: sparse from the first of each pair, dense from the second. */
const PHASES = [
  [0.1, 0.15],
  [0.2, 0.25],
  [0.3, 0.35],
  [0.4, 0.45],
  [0.5, 0.55],
  [0.6, 0.65],
  [0.7, 0.75],
  [0.85, Infinity],
];

/** Steps at which AC/DC changes phase, in order; short trainings leave out what would fall on one step. */
export function phaseSteps(totalSteps: number): number[] {
  const steps = PHASES.flat()
    .filter(Number.isFinite)
    .map((share) => Math.round(share * totalSteps));
  return steps.filter((step, at) => step > 0 && step < totalSteps && step !== steps[at - 1]);
}

/** Dense at first, then compressed and dense in turns, compressed at the end. */
export const alternatingDensity: DensityPlan = ({ sparsity }, steps) => ({
  initial: 1,
  after: steps.map((_, at) => ((steps.length - 1 - at) % 2 === 0 ? 1 - sparsity : 1)),
});
