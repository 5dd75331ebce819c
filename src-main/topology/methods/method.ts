import type { MethodName, RunConfiguration } from '../../contract/index.ts';
import type { CountsRule, DropRule, GrowRule } from '../rules.ts';
import type { Scoring } from '../scoring/scoring.ts';
import type { MaskStructure } from '../structures/structure.ts';

/**
 * A training method: what it does at a mask update. Distribution, schedule, interval and prune rate come from the
 * run's configuration, whose defaults per method stand in the contract.
 */
export interface Method {
  name: MethodName;
  title: string;
  /** Where it is published. */
  source: string;
  /** false: every position is active for ever. */
  sparse: boolean;
  /** null: the mask never changes. */
  rewiring: Rewiring | null;
  /** The initial mask takes each layer's largest initial draws. */
  startsLargest?: boolean;
  /** The initial mask follows from these scores; absent: it is drawn at random by the distribution. */
  scoring?: Scoring;
  /** The pattern that every mask has; absent: any mask may come. */
  structure?: MaskStructure;
}

export interface Rewiring {
  drop: DropRule;
  grow: GrowRule;
  /** An update costs a dense gradient of one batch. */
  needsDenseGradient: boolean;
  /** What each layer loses and gains, planned together; absent: each keeps its count (`keepCounts`). */
  counts?: CountsRule;
  /** `counts` leaves every layer the number of weights that it has. */
  keepsCounts?: boolean;
  /** Steps after which the mask is updated; absent: every update interval, up to the stop fraction. */
  steps?(configuration: RunConfiguration, totalSteps: number): number[];
  /** Global density over time; absent: constant. */
  density?: DensityPlan;
  /**
   * Gradients of every position that growth goes by in place of the last batch's: their sum over the last `steps` steps
   * before an update, or with Infinity over all of them, each step's weighing `decay` times less than the next. null: of
   * the last batch alone. Needs memory and work of the dense network.
   */
  remembers?(configuration: RunConfiguration): { decay: number; steps: number } | null;
  /**
   * Inactive weights keep values, and the largest of them are trained without taking part in the forward pass: how many,
   * as a share of the active ones. Needs memory for every position.
   */
  holds?(configuration: RunConfiguration): number;
  /** false: nothing dropped for being weak is replaced, so there is no prune rate. */
  regenerates?: boolean;
  /** Growth takes positions never active before it takes any other. */
  prefersUnexplored?: boolean;
  /** What an update replaces in place of the prune rate's share. */
  replaces?: ReplacedShare;
  /** The rules as the reference code has them, for `reference` fidelity. */
  reference?: { drop: DropRule; grow: GrowRule; replaces?: ReplacedShare };
}

/** Whether all layers are planned together, so that each takes what the plan gives it; else each keeps its count. */
export const plansLayersTogether = (rewiring: Rewiring | null): boolean =>
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
