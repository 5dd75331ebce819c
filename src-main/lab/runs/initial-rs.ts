import type { RunConfiguration, RunPlan } from '../../contract/index.ts';
import { methods } from '../../topology/methods/index.ts';
import { initialDensity } from '../../topology/timeline.ts';

/** R_s of a run before its first update: the share that its initial masks have. The plan's counts are those of the end. */
export const initialRs = (configuration: RunConfiguration, plan: RunPlan): number =>
  methods[configuration.method].rewiring?.density
    ? initialDensity(configuration)
    : plan.activeWeights / plan.prunableWeights;
