import type { ExplorationTarget, RunConfiguration } from '../contract/index.ts';
import { expectedRs, largestRs } from '../topology/exploration.ts';
import type { Method } from '../topology/methods/index.ts';
import { pruneRateSchedules, sampledUpdateSteps } from '../topology/schedules.ts';
import { sampledUpdates } from '../topology/timeline.ts';
import { countExploration, explorationKnowledge } from './exploration-plan.ts';

/** What exploration follows from: a layer's size and density. */
export interface PlannedLayer {
  prunableWeights: number;
  density: number;
}

export interface LayerExploration {
  expectedRs: number;
  maxRs: number;
}

type Schedule = Pick<RunConfiguration, 'pruneRate' | 'pruneSchedule'>;

/** Prune rate at each of the given update steps. */
export function pruneRatesAt(
  { pruneRate, pruneSchedule }: Schedule,
  steps: readonly number[],
  totalSteps: number,
): number[] {
  const schedule = pruneRateSchedules[pruneSchedule];
  return steps.map((step) => schedule(pruneRate, step, totalSteps));
}

/**
 * R_s that these prune rates reach: expected for random growth, and at most for any rule (itop.md 1.6). The total
 * weighs layers by their size.
 * @param times how many updates each rate stands for; one where absent
 */
export function explorationOf(
  layers: readonly PlannedLayer[],
  rates: readonly number[],
  times?: readonly number[],
): LayerExploration & { layers: LayerExploration[] } {
  const each = layers.map(({ density }) => ({
    expectedRs: expectedRs(density, rates, undefined, times),
    maxRs: largestRs(density, rates, undefined, times),
  }));
  const size = layers.reduce((sum, layer) => sum + layer.prunableWeights, 0);
  const total = (key: keyof LayerExploration) =>
    each.reduce((sum, layer, index) => sum + layer[key] * layers[index].prunableWeights, 0) / size;
  return { expectedRs: total('expectedRs'), maxRs: total('maxRs'), layers: each };
}

/** What the inverse questions vary; everything else of a run stays as it is. */
export interface ExplorationProblem {
  method: Method;
  configuration: RunConfiguration;
  /** As the run starts. */
  layers: readonly PlannedLayer[];
  stepsPerEpoch: number;
}
type Change = Partial<Pick<RunConfiguration, 'updateEvery' | 'epochs' | 'pruneRate'>>;

/**
 * A search tries dozens of settings, each of up to `MOST_UPDATES`: what has more updates than this is summed over so many
 * samples of them. Prune rates are smooth between the ends of a schedule's parts, so the sums differ by less than 1e-6.
 */
const MOST_SUMMED = 1024;

/** Expected R_s of a run with some of its settings changed. */
export function expectedRsWith(
  { method, configuration, layers, stepsPerEpoch }: ExplorationProblem,
  change: Change,
): number {
  const changed = { ...configuration, ...change };
  const totalSteps = stepsPerEpoch * changed.epochs;
  if (explorationKnowledge(method, changed).kind === 'counted') {
    const counted = layers.map(({ prunableWeights, density }) => ({
      prunableWeights,
      activeWeights: Math.round(density * prunableWeights),
    }));
    return countExploration(method, counted, sampledUpdates(method, changed, totalSteps, MOST_SUMMED)).expectedRs;
  }
  if (!method.rewiring) return explorationOf(layers, []).expectedRs;
  const updates = sampledUpdateSteps(changed.updateEvery, changed.stopFraction, totalSteps, { most: MOST_SUMMED });
  const steps = updates.map(({ step }) => step);
  const times = updates.map((update) => update.times);
  const rates = pruneRatesAt(changed, steps, totalSteps);
  const sum = layers.reduce(
    (total, { density, prunableWeights }) => total + expectedRs(density, rates, undefined, times) * prunableWeights,
    0,
  );
  return sum / layers.reduce((total, { prunableWeights }) => total + prunableWeights, 0);
}

/** The thread of a run holds every update: each million takes a quarter of a second and 170 MB. */
export const MOST_UPDATES = 2_000_000;
const MOST_EPOCHS = 100_000;
/** Prune rates are answered in thousandths, up to the largest that a configuration takes. */
const RATE_UNITS = 1000;
const LARGEST_RATE = 0.95;

/**
 * What reaches an expected R_s under random growth, each setting changed alone: the longest update interval, the fewest
 * epochs, the smallest prune rate. null where that setting cannot reach it. Expected R_s rises with epochs and prune
 * rate and falls with the interval (every update then comes later, at a smaller rate), so bisection is exact up to
 * `MOST_SUMMED` updates; where whole weights are counted it may miss the last step of a setting, never the target.
 */
export function reachExpectedRs(problem: ExplorationProblem, target: number): ExplorationTarget {
  const { method, configuration, stepsPerEpoch } = problem;
  const reaches = (change: Change): boolean => expectedRsWith(problem, change) >= target;
  const reached = reaches({});
  const { rewiring } = method;
  const canMove = rewiring !== null && rewiring.regenerates !== false && configuration.stopFraction > 0;
  if (!canMove) return { rs: target, reached, updateEvery: null, epochs: null, pruneRate: null };

  const totalSteps = stepsPerEpoch * configuration.epochs;
  const mostEpochs = Math.min(
    MOST_EPOCHS,
    Math.max(configuration.epochs, Math.floor((MOST_UPDATES * configuration.updateEvery) / stepsPerEpoch)),
  );
  const rateUnits = leastThat((units) => reaches({ pruneRate: units / RATE_UNITS }), 0, LARGEST_RATE * RATE_UNITS);
  return {
    rs: target,
    reached,
    updateEvery: longestInterval((updateEvery) => reaches({ updateEvery }), totalSteps),
    epochs: configuration.pruneRate > 0 ? leastThat((epochs) => reaches({ epochs }), 1, mostEpochs) : null,
    pruneRate: rateUnits === null ? null : rateUnits / RATE_UNITS,
  };
}

/** From long intervals to short ones, since short ones are dear to try. */
function longestInterval(reaches: (interval: number) => boolean, totalSteps: number): number | null {
  let long = totalSteps;
  if (reaches(long)) return long;
  let short = long;
  while (!reaches(short)) {
    if (short <= Math.max(1, totalSteps / MOST_UPDATES)) return null;
    long = short;
    short = Math.max(1, Math.floor(short / 2));
  }
  while (long - short > 1) {
    const middle = Math.floor((short + long) / 2);
    if (reaches(middle)) short = middle;
    else long = middle;
  }
  return short;
}

/** The least whole number of a range for which a rising condition holds; doubling first, since large ones are dear. */
function leastThat(holds: (value: number) => boolean, least: number, most: number): number | null {
  if (holds(least)) return least;
  let below = least;
  let above = Math.min(most, Math.max(1, least * 2));
  while (!holds(above)) {
    if (above >= most) return null;
    below = above;
    above = Math.min(most, above * 2);
  }
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}

/** What a remedy aims at. */
const GOOD_RS = 0.8;

/**
 * What to do about too little exploration, by inversion: "random growth is expected to explore 0.79 at 400 steps, 0.86
 * at 300". The intervals are the round numbers on both sides of the one that reaches 0.8.
 */
export function explorationRemedy(problem: ExplorationProblem): string {
  const { updateEvery, epochs, pruneRate } = reachExpectedRs(problem, GOOD_RS);
  const prefersUnexplored = problem.method.rewiring?.prefersUnexplored === true;
  const growth = prefersUnexplored ? 'growth of what was never active' : 'random growth';
  const others = [
    epochs === null ? null : `${epochs} epochs`,
    pruneRate === null ? null : `a prune rate of ${pruneRate}`,
  ].filter((text) => text !== null);
  const aim = `${GOOD_RS.toFixed(2)}`;
  if (updateEvery === null) {
    const most = expectedRsWith(problem, { updateEvery: 1 }).toFixed(2);
    const remedy = others.length > 0 ? `${others.join(' or ')} would reach ${aim}` : 'a lower sparsity explores more';
    return `Even an update after every step is expected to explore only ${most} with ${growth}; ${remedy}.`;
  }
  const unit = 10 ** Math.floor(Math.log10(updateEvery));
  const below = Math.floor(updateEvery / unit) * unit;
  const intervals = [...new Set([below === updateEvery ? below : below + unit, below])];
  const explored = intervals.map(
    (interval, index) =>
      `${expectedRsWith(problem, { updateEvery: interval }).toFixed(2)} at ${interval}${index === 0 ? (interval === 1 ? ' step' : ' steps') : ''}`,
  );
  const instead = others.length > 0 ? ` Or ${others.join(' or ')} would reach ${aim}.` : '';
  return `${growth[0].toUpperCase()}${growth.slice(1)} is expected to explore ${explored.join(', ')}.${instead}`;
}
