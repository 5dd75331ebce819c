import type { RunConfiguration, RunPlan } from '../../contract/index.ts';
import { planRun, type DatasetSize } from '../../networks/accounting.ts';
import type { Method } from '../../topology/methods/index.ts';
import type { Scoring } from '../../topology/scoring/scoring.ts';

/** As exact as they were computed. */
export type Sensitivities = Float32Array | Float64Array;

/** The scores of some weights, each with its own sensitivity, in their order. */
export type ScoreWeights = (
  weights: Float32Array,
  sensitivities: Sensitivities,
) => Float32Array | Promise<Float32Array>;

export interface TrainedScoring extends Omit<Scoring, 'score'> {
  scoreAll: ScoreWeights;
}

/**
 * A method as a trainer uses it, whose functions may be in another process: what a method says by numbers of a
 * thousand calls is asked for as a whole, and may be waited for.
 */
export interface TrainedMethod extends Omit<Method, 'scoring' | 'flops' | 'exploration'> {
  scoring?: TrainedScoring;
  /** @param scoredCounts active weights of every layer, once the method's scores have found them */
  plan(
    configuration: RunConfiguration,
    dataset: DatasetSize,
    scoredCounts?: readonly number[],
  ): RunPlan | Promise<RunPlan>;
}

/** A method whose functions are in this thread. */
export const trainedHere = (method: Method): TrainedMethod => ({
  ...method,
  scoring: method.scoring && scoringHere(method.scoring),
  plan: (configuration, dataset, scoredCounts) => planRun(method, configuration, dataset, scoredCounts),
});

export function scoringHere({ score, ...rest }: Scoring): TrainedScoring {
  return {
    ...rest,
    scoreAll(weights, sensitivities) {
      const scores = new Float32Array(weights.length);
      for (let at = 0; at < scores.length; at++) scores[at] = score(weights[at], sensitivities[at]);
      return scores;
    },
  };
}
