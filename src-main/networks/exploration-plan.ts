import type { RunConfiguration } from '../contract/index.ts';
import { sum } from '../numerics/sum.ts';
import { apportion } from '../topology/counts/apportion.ts';
import { plansLayersTogether, type ExplorationKnowledge, type Method } from '../topology/methods/index.ts';
import { initialDensity, type PlannedUpdate } from '../topology/timeline.ts';

/** What can be said of R_s before training (itop.md 1.6). */
export function explorationKnowledge(method: Method, configuration: RunConfiguration): ExplorationKnowledge {
  const { name, rewiring, scoring, exploration } = method;
  if (configuration.fidelity === 'reference' && rewiring?.reference?.replaces) {
    const why = `${name} as the reference code has it drops nearly all negatives, so the number dropped follows from the weights`;
    return { kind: 'undetermined', why };
  }
  if (initialDensity(method, configuration) >= 1)
    return { kind: 'counted', how: 'every weight is active at the start' };
  if (exploration) return exploration;
  const changes = rewiring && (plansLayersTogether(rewiring) || rewiring.steps || rewiring.density);
  if (!changes && !scoring) return { kind: 'closed' };
  return { kind: 'undetermined', why: `how many weights each layer has under ${name} follows from the weights` };
}

/** Per update, the share of the active weights that is expected to be replaced, and the most that can be. */
export function replacedShares(
  { rewiring }: Pick<Method, 'rewiring'>,
  { fidelity }: Pick<RunConfiguration, 'fidelity'>,
  updates: readonly PlannedUpdate[],
): { expected: number[]; most: number[] } {
  const replaces = fidelity === 'reference' ? rewiring?.reference?.replaces : rewiring?.replaces;
  const rates = updates.map(({ rate }) => rate);
  const most = rates.map((rate) => replaces?.most ?? rate);
  return { expected: rates.map((rate, at) => Math.min(replaces?.expected ?? rate, most[at])), most };
}

/** A layer as a run starts with it. */
export interface CountedLayer {
  prunableWeights: number;
  activeWeights: number;
}

export interface CountedExploration {
  expectedRs: number;
  maxRs: number;
  layers: { expectedRs: number; maxRs: number }[];
}

/**
 * R_s by going through the updates with whole numbers, as the counts rules do: down to the density by the same share of
 * every layer, then floor(rate * remaining) replaced. An inactive position is grown with probability
 * replaced / inactive, and what was never active is always among the inactive, so its expected share is the product of
 * what that leaves; at most every grown weight is new.
 */
export function countExploration(
  { rewiring }: Pick<Method, 'rewiring'>,
  layers: readonly CountedLayer[],
  updates: readonly PlannedUpdate[],
): CountedExploration {
  const positions = sum(layers.map((layer) => layer.prunableWeights));
  const active = layers.map((layer) => layer.activeWeights);
  const unexplored = layers.map((layer) => 1 - layer.activeWeights / layer.prunableWeights);
  const grown = [...active];
  for (const { rate, density, times = 1 } of updates) {
    const surplus = density === null ? 0 : Math.max(0, sum(active) - Math.round(density * positions));
    const pruned = surplus > 0 ? apportion(surplus, active, active) : [];
    layers.forEach(({ prunableWeights }, at) => {
      active[at] -= pruned[at] ?? 0;
      const replaced = Math.min(Math.floor(rate * active[at]), prunableWeights - active[at]);
      if (replaced === 0) return;
      unexplored[at] *= (1 - replaced / (prunableWeights - active[at] + replaced)) ** times;
      grown[at] += replaced * times;
    });
  }
  const each = layers.map(({ prunableWeights }, at) => {
    const maxRs = Math.min(1, grown[at] / prunableWeights);
    return { expectedRs: rewiring?.prefersUnexplored ? maxRs : 1 - unexplored[at], maxRs };
  });
  const total = (key: 'expectedRs' | 'maxRs'): number =>
    sum(each.map((layer, at) => layer[key] * layers[at].prunableWeights)) / positions;
  return { expectedRs: total('expectedRs'), maxRs: total('maxRs'), layers: each };
}
