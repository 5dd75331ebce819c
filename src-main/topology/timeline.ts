import type { RunConfiguration } from '../contract/index.ts';
import { methods } from './methods/index.ts';
import { pruneRateSchedules, sampledUpdateSteps, updateSteps } from './schedules.ts';

/** One planned mask update. */
export interface PlannedUpdate {
  /** The optimiser step after which it happens. */
  step: number;
  /** Share of every layer's active weights that is replaced. */
  rate: number;
  /** Global density after it; null where it keeps the number of active weights. */
  density: number | null;
  /** How many updates in a row it stands for; one where it is not there. */
  times?: number;
}

/** Global density that a run starts with. */
export function initialDensity(
  configuration: Pick<RunConfiguration, 'method' | 'sparsity'> &
    Partial<Pick<RunConfiguration, 'initialSparsity' | 'sparsityEndFraction'>>,
): number {
  const { method, sparsity, initialSparsity = 0, sparsityEndFraction = 1 } = configuration;
  if (!methods[method].sparse) return 1;
  const plan = methods[method].rewiring?.density;
  return plan ? plan({ sparsity, initialSparsity, sparsityEndFraction }, [], 0).initial : 1 - sparsity;
}

/** All mask updates of a run; empty where the method does not rewire. */
export function plannedUpdates(configuration: RunConfiguration, totalSteps: number): PlannedUpdate[] {
  const { rewiring } = methods[configuration.method];
  if (!rewiring) return [];
  const { updateEvery, stopFraction, fidelity } = configuration;
  const steps =
    rewiring.steps?.(configuration, totalSteps) ??
    updateSteps(updateEvery, stopFraction, totalSteps, fidelity === 'reference');
  return updatesAt(configuration, steps, totalSteps);
}

/**
 * The same as at most `most` updates, each for as many as its `times` says: for sums over them, which are then as the
 * midpoint rule gives them. Methods that have phases instead of an interval have few updates, and all are there.
 */
export function sampledUpdates(configuration: RunConfiguration, totalSteps: number, most: number): PlannedUpdate[] {
  const { rewiring } = methods[configuration.method];
  if (!rewiring || rewiring.steps) return plannedUpdates(configuration, totalSteps);
  const { updateEvery, stopFraction, fidelity } = configuration;
  const includeFinal = fidelity === 'reference';
  const samples = sampledUpdateSteps(updateEvery, stopFraction, totalSteps, { includeFinal, most });
  const times = new Map(samples.map((sample) => [sample.step, sample.times]));
  const steps = samples.map(({ step }) => step);
  return updatesAt(configuration, steps, totalSteps).map((update) => ({ ...update, times: times.get(update.step) }));
}

function updatesAt(configuration: RunConfiguration, steps: number[], totalSteps: number): PlannedUpdate[] {
  const { rewiring } = methods[configuration.method];
  if (!rewiring) return [];
  const { pruneRate } = configuration;
  const plan = rewiring.density?.(configuration, steps, totalSteps);
  const schedule = pruneRateSchedules[configuration.pruneSchedule];
  const updates = steps.map((step, at): PlannedUpdate => {
    const densityBefore = at === 0 ? plan?.initial : plan?.after[at - 1];
    const density = plan && plan.after[at] !== densityBefore ? plan.after[at] : null;
    return { step, rate: rewiring.regenerates === false ? 0 : schedule(pruneRate, step, totalSteps), density };
  });
  // Once a density schedule has ended, a method that replaces nothing has nothing left to do.
  return plan ? updates.filter(({ rate, density }) => rate > 0 || density !== null) : updates;
}
