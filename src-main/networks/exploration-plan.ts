import type { MethodName, RunConfiguration } from '../contract/index.ts';
import { sum } from '../numerics/sum.ts';
import { apportion } from '../topology/counts/apportion.ts';
import { methods, plansLayersTogether } from '../topology/methods/index.ts';
import { initialDensity, type PlannedUpdate } from '../topology/timeline.ts';

/**
 * What a configuration alone says about the exploration of each layer. closed: the closed form of itop.md 1.6 holds.
 * counted: every layer's number of weights follows from the plan, so its exploration is found by going through the
 * updates by counts. undetermined: how many weights a layer has follows from the weights themselves.
 */
export type ExplorationKnowledge =
  { kind: 'closed' } | { kind: 'counted'; how: string } | { kind: 'undetermined'; why: string };

/** Methods whose layers take what the weights give them, unless they start dense. */
const BY_WEIGHTS: Partial<Record<MethodName, string>> = {
  granet: 'GraNet prunes by global magnitude, so how many weights each layer keeps follows from the weights',
  snfs: 'SNFS hands weights to the layers by their mean momentum, so each layer’s number follows from the training',
  dsr: 'DSR drops what is under an adaptive threshold, so even the number dropped follows from the weights',
  deepr: 'DeepR drops what crosses zero, so the number dropped follows from the training',
  'top-kast': 'Top-KAST swaps what held weights have overtaken, so the number replaced follows from the training',
  srigl: 'SRigL ablates units by their salient weights, so the number replaced follows from the training',
  'rigl-nm':
    'groups of N:M grow what they lost, and how many each lost follows from the weights; the figure is RigL’s, an upper estimate',
  snip: 'SNIP scores the initial weights, so each layer’s number follows from them; all together stay at the density',
  grasp: 'GraSP scores the initial weights, so each layer’s number follows from them; all together stay at the density',
  synflow:
    'SynFlow scores the initial weights, so each layer’s number follows from them; all together stay at the density',
};

const COUNTED: Partial<Record<MethodName, string>> = {
  'random-unfired': 'growth takes only positions never active, so every grown weight is new while there are any',
  mest: 'every layer is pruned by the same share and grows at random, counted update by update',
  chtss: 'every layer is pruned by the same share, counted update by update; growth as if at random',
  gmp: 'masks only shrink, so nothing is explored beyond the initial mask',
};

/** What can be said of R_s before training (itop.md 1.6). */
export function explorationKnowledge(configuration: RunConfiguration): ExplorationKnowledge {
  const { method, fidelity } = configuration;
  const { rewiring, scoring } = methods[method];
  if (fidelity === 'reference' && rewiring?.reference?.replaces) {
    const why = `${method} as the reference code has it drops nearly all negatives, so the number dropped follows from the weights`;
    return { kind: 'undetermined', why };
  }
  if (initialDensity(configuration) >= 1) return { kind: 'counted', how: 'every weight is active at the start' };
  const how = COUNTED[method];
  if (how !== undefined) return { kind: 'counted', how };
  const changes = rewiring && (plansLayersTogether(rewiring) || rewiring.steps || rewiring.density);
  if (!changes && !scoring && !BY_WEIGHTS[method]) return { kind: 'closed' };
  const why = BY_WEIGHTS[method] ?? `how many weights each layer has under ${method} follows from the weights`;
  return { kind: 'undetermined', why };
}

/** Per update, the share of the active weights that is expected to be replaced, and the most that can be. */
export function replacedShares(
  { method, fidelity }: Pick<RunConfiguration, 'method' | 'fidelity'>,
  updates: readonly PlannedUpdate[],
): { expected: number[]; most: number[] } {
  const rewiring = methods[method].rewiring;
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
  configuration: Pick<RunConfiguration, 'method'>,
  layers: readonly CountedLayer[],
  updates: readonly PlannedUpdate[],
): CountedExploration {
  const { rewiring } = methods[configuration.method];
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
