import type { RunConfiguration, RunPlan } from '../../contract/index.ts';
import type { Method } from '../../topology/methods/index.ts';
import { initialDensity } from '../../topology/timeline.ts';

/**
 * R_s of a run before its first update: the share that its initial masks have. The plan's counts are those of the end.
 * @param method undefined where a person's own is not here any more: then as if its density did not change
 */
export const initialRs = (method: Method | undefined, configuration: RunConfiguration, plan: RunPlan): number =>
  method?.rewiring?.density ? initialDensity(method, configuration) : plan.activeWeights / plan.prunableWeights;
