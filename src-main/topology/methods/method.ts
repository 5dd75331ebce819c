import type {
  MethodDependentKey,
  MethodDescription,
  MethodKeys,
  MethodKeyValues,
  RunConfiguration,
} from '../../contract/index.ts';
import type { CountsRule, DropRule, GrowRule } from '../rules.ts';
import type { Scoring } from '../scoring/scoring.ts';
import type { MaskStructure } from '../structures/structure.ts';
import { flopsWithDenseGradients, sparseFlops, type FlopsRule } from '../training-flops.ts';

/** A training method: what the lab knows of it, and what it does at the start and at a mask update. */
export interface Method<C extends RunConfiguration = RunConfiguration> extends MethodDescription {
  /** null: the mask never changes. */
  rewiring: Rewiring<C> | null;
  /** The initial mask takes each layer's largest initial draws. */
  startsLargest?: boolean;
  /** The initial mask follows from these scores; absent: it is drawn at random by the distribution. */
  scoring?: Scoring;
  /** The pattern that every mask has; absent: any mask may come. */
  structure?: MaskStructure<C>;
  /** What can be said of R_s before training, unless the run starts dense; absent: what follows from the rewiring. */
  exploration?: ExplorationKnowledge;
  /** Training FLOPs per sample. */
  flops: FlopsRule;
}

/** A method as its file declares it; the rest follows (`defineMethod`). */
export type MethodDefinition<K extends MethodKeys> = Omit<
  Method<Configured<K>>,
  'sparse' | 'hasReference' | 'keepsLayerCounts' | 'defaults' | 'keys' | 'flops'
> & {
  /** Absent: true. */
  sparse?: boolean;
  defaults?: MethodDescription['defaults'];
  /** Keys of its own, by name: its rules find their values in the configuration. */
  keys?: K;
  /** Absent: of the active weights, and of a dense gradient where an update needs one. */
  flops?: FlopsRule;
};

/** A configuration with the keys of a method. */
export type Configured<K extends MethodKeys> = RunConfiguration & MethodKeyValues<K>;

/** A method of what its file declares. */
export function defineMethod<const K extends MethodKeys = Record<never, never>>(
  definition: MethodDefinition<K>,
): Method {
  const { sparse = true, defaults = {}, keys = {}, rewiring } = definition;
  const flops = definition.flops ?? (rewiring?.needsDenseGradient ? flopsWithDenseGradients : sparseFlops);
  const method = {
    ...definition,
    sparse,
    defaults,
    keys,
    flops,
    hasReference: rewiring?.reference !== undefined,
    keepsLayerCounts: !plansLayersTogether(rewiring),
  };
  // Its rules get no configuration but one that `resolveConfiguration` has checked by these keys.
  return method as unknown as Method;
}

/** Keys that any sparse mask drawn by a distribution needs. */
export const MASK_KEYS = ['sparsity', 'distribution'] as const satisfies readonly MethodDependentKey[];
/** Keys of updates at an interval. */
export const INTERVAL_KEYS = ['updateEvery', 'stopFraction'] as const satisfies readonly MethodDependentKey[];
/** Keys of weights that are dropped and replaced. */
export const REPLACEMENT_KEYS = [
  'pruneRate',
  'pruneSchedule',
  'growthInitialisation',
] as const satisfies readonly MethodDependentKey[];
/** Keys of a density that falls over time. */
export const DENSITY_KEYS = ['initialSparsity', 'sparsityEndFraction'] as const satisfies readonly MethodDependentKey[];
/** All that drop and grow at an interval needs. */
export const DROP_AND_GROW_KEYS = [...MASK_KEYS, ...INTERVAL_KEYS, ...REPLACEMENT_KEYS] as const;

/**
 * What a configuration alone says about the exploration of each layer. closed: the closed form of itop.md 1.6 holds.
 * counted: every layer's number of weights follows from the plan, so its exploration is found by going through the
 * updates by counts. undetermined: how many weights a layer has follows from the weights themselves.
 */
export type ExplorationKnowledge =
  { kind: 'closed' } | { kind: 'counted'; how: string } | { kind: 'undetermined'; why: string };

export interface Rewiring<C extends RunConfiguration = RunConfiguration> {
  drop: DropRule<C>;
  grow: GrowRule<C>;
  /** An update costs a dense gradient of one batch. */
  needsDenseGradient: boolean;
  /** What each layer loses and gains, planned together; absent: each keeps its count (`keepCounts`). */
  counts?: CountsRule<C>;
  /** `counts` leaves every layer the number of weights that it has. */
  keepsCounts?: boolean;
  /** Steps after which the mask is updated; absent: every update interval, up to the stop fraction. */
  steps?(configuration: C, totalSteps: number): number[];
  /** Global density over time; absent: constant. */
  density?: DensityPlan;
  /**
   * Gradients of every position that growth goes by in place of the last batch's: their sum over the last `steps` steps
   * before an update, or with Infinity over all of them, each step's weighing `decay` times less than the next. null: of
   * the last batch alone. Needs memory and work of the dense network.
   */
  remembers?(configuration: C): { decay: number; steps: number } | null;
  /**
   * Inactive weights keep values, and the largest of them are trained without taking part in the forward pass: how many,
   * as a share of the active ones. Needs memory for every position.
   */
  holds?(configuration: C): number;
  /** false: nothing dropped for being weak is replaced, so there is no prune rate. */
  regenerates?: boolean;
  /** Growth takes positions never active before it takes any other. */
  prefersUnexplored?: boolean;
  /** What an update replaces in place of the prune rate's share. */
  replaces?: ReplacedShare;
  /** The rules as the reference code has them, for `reference` fidelity. */
  reference?: { drop: DropRule<C>; grow: GrowRule<C>; replaces?: ReplacedShare };
}

/** Whether all layers are planned together, so that each takes what the plan gives it; else each keeps its count. */
export const plansLayersTogether = (rewiring: { counts?: unknown; keepsCounts?: boolean } | null): boolean =>
  rewiring?.counts !== undefined && !rewiring.keepsCounts;

/** Shares of the active weights. Absent `expected`: the prune rate. */
export interface ReplacedShare {
  expected?: number;
  most: number;
}

/** `after`: the global density after each of the update steps. */
export type DensityPlan = (
  configuration: Pick<RunConfiguration, 'sparsity' | 'initialSparsity' | 'sparsityEndFraction'>,
  steps: readonly number[],
  totalSteps: number,
) => { initial: number; after: number[] };
