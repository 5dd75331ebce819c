import type { RunConfiguration } from '../contract/index.ts';
import type { DensityPlan, Method, Rewiring } from './methods/method.ts';
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
  { sparse, rewiring }: Pick<Method, 'sparse' | 'rewiring'>,
  configuration: Pick<RunConfiguration, 'sparsity'> &
    Partial<Pick<RunConfiguration, 'initialSparsity' | 'sparsityEndFraction'>>,
): number {
  const { sparsity, initialSparsity = 0, sparsityEndFraction = 1 } = configuration;
  if (!sparse) return 1;
  const plan = rewiring?.density;
  return plan ? plan({ sparsity, initialSparsity, sparsityEndFraction }, [], 0).initial : 1 - sparsity;
}

/** All mask updates of a run; empty where the method does not rewire. */
export function plannedUpdates(
  { rewiring }: Pick<Method, 'rewiring'>,
  configuration: RunConfiguration,
  totalSteps: number,
): PlannedUpdate[] {
  if (!rewiring) return [];
  const steps = stepsOf(rewiring, configuration, totalSteps);
  const densities = rewiring.density?.(configuration, steps, totalSteps);
  const rateAt = rateOf(rewiring, configuration, totalSteps);
  const updates = steps.map((step, at): PlannedUpdate => {
    return { step, rate: rateAt(step), density: densities ? changeAt(densities, at) : null };
  });
  return densities ? updates.filter(isMade) : updates;
}

/**
 * The same as at most `most` updates, each for as many as its `times` says: for sums over them, which are then as the
 * midpoint rule gives them. Where the density changes the last one stands for itself, so that both end alike.
 */
export function sampledUpdates(
  { rewiring }: Pick<Method, 'rewiring'>,
  configuration: RunConfiguration,
  totalSteps: number,
  most: number,
): PlannedUpdate[] {
  if (!rewiring) return [];
  if (rewiring.density) return sampledWithDensity(rewiring, rewiring.density, configuration, totalSteps, most);
  if (rewiring.steps) return plannedUpdates({ rewiring }, configuration, totalSteps);
  const { updateEvery, stopFraction, fidelity } = configuration;
  const includeFinal = fidelity === 'reference';
  const rateAt = rateOf(rewiring, configuration, totalSteps);
  return sampledUpdateSteps(updateEvery, stopFraction, totalSteps, { includeFinal, most }).map(({ step, times }) => ({
    step,
    rate: rateAt(step),
    density: null,
    times,
  }));
}

function sampledWithDensity(
  rewiring: Rewiring,
  plan: DensityPlan,
  configuration: RunConfiguration,
  totalSteps: number,
  most: number,
): PlannedUpdate[] {
  const steps = stepsOf(rewiring, configuration, totalSteps);
  const densities = plan(configuration, steps, totalSteps);
  const rateAt = rateOf(rewiring, configuration, totalSteps);
  // Numbers alone, since millions of updates as objects take over a second.
  const made: number[] = [];
  for (const [at, step] of steps.entries()) {
    if (isMade({ rate: rateAt(step), density: changeAt(densities, at) })) made.push(at);
  }
  const groups = made.length <= most ? made.length : most - 1;
  const grouped = made.length <= most ? made.length : made.length - 1;
  const samples = Array.from({ length: groups }, (_, at) => {
    const from = Math.floor((at * grouped) / groups);
    const upTo = Math.floor(((at + 1) * grouped) / groups);
    return { at: made[Math.floor((from + upTo - 1) / 2)], times: upTo - from };
  });
  if (grouped < made.length) samples.push({ at: made[grouped], times: 1 });
  let density = densities.initial;
  return samples.map(({ at, times }): PlannedUpdate => {
    const before = density;
    density = densities.after[at];
    return { step: steps[at], rate: rateAt(steps[at]), density: density === before ? null : density, times };
  });
}

function stepsOf(rewiring: Rewiring, configuration: RunConfiguration, totalSteps: number): number[] {
  const { updateEvery, stopFraction, fidelity } = configuration;
  return (
    rewiring.steps?.(configuration, totalSteps) ??
    updateSteps(updateEvery, stopFraction, totalSteps, fidelity === 'reference')
  );
}

function rateOf(
  { regenerates }: Rewiring,
  { pruneRate, pruneSchedule }: RunConfiguration,
  totalSteps: number,
): (step: number) => number {
  if (regenerates === false) return () => 0;
  const schedule = pruneRateSchedules[pruneSchedule];
  return (step) => schedule(pruneRate, step, totalSteps);
}

/** The density after an update; null where it is what it was. */
function changeAt({ initial, after }: ReturnType<DensityPlan>, at: number): number | null {
  return after[at] === (at === 0 ? initial : after[at - 1]) ? null : after[at];
}

/** Once a density schedule has ended, a method that replaces nothing has nothing left to do. */
const isMade = ({ rate, density }: Pick<PlannedUpdate, 'rate' | 'density'>): boolean => rate > 0 || density !== null;
