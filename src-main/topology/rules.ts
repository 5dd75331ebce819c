import type { Mask, Positions, RunConfiguration } from '../contract/index.ts';
import type { ExploredSet } from './exploration.ts';

/** One layer as a mask update sees it, before the update. */
export interface LayerView {
  layer: number;
  /** As the network calls it, for messages. */
  name: string;
  /** Of the network's layers the last. */
  isLast: boolean;
  mask: Mask;
  /** Of the active weights, ascending. */
  positions: Positions;
  /** In the order of `positions`. */
  weights: Float32Array;
  /** Every position active so far, the present mask included. */
  explored: Pick<ExploredSet, 'has' | 'positions' | 'size'>;
  /**
   * Of the largest gradient magnitudes among positions inactive once `dropped` are out, ascending; may be fewer than
   * `count`, since zero gradients are no candidates.
   */
  largestInactiveGradients(count: number, dropped: Dropped, tieSeed: number): Promise<Positions>;
  /** The same gradients at every position, a few rows `[rows, inputs]` at a time, in order; the arrays may be used again. */
  gradientsByRows(): AsyncIterable<{ firstRow: number; gradients: Float32Array }>;
  /** Of the last batch, at the active weights, in the order of `positions`. */
  gradients(): Promise<Float32Array>;
  /** Values that the method keeps of inactive weights, `[out * inputs]`, zero at active ones. Not to be changed. */
  held(): Promise<Float32Array>;
  /** In the order of `positions`. Costs a copy of the whole network's state. */
  momenta(): Promise<Float32Array>;
}

/** What makes the random draws of a rule its own. */
export interface RuleContext {
  seed: number;
  /** 1 for the first update of a run. */
  update: number;
}

/** When an update happens, and what is asked of it. */
export interface UpdateContext<C extends RunConfiguration = RunConfiguration> extends RuleContext {
  step: number;
  totalSteps: number;
  /** Share of a layer's active weights that is replaced. */
  rate: number;
  /** Global density after the update; null where it keeps the number of active weights. */
  density: number | null;
  configuration: C;
  /** What a rule has to remember from update to update; goes into checkpoints. */
  memory: Record<string, number>;
}

/** How many weights a layer loses and gains. */
export interface LayerCounts {
  drop: number;
  grow: number;
}

/** What a layer loses. */
export interface Dropped {
  /** Among the active weights, ascending. */
  ranks: Uint32Array;
  /** Those of the same weights. */
  positions: Positions;
}

/** Chooses `count` weights to drop: their ranks among the active ones, ascending. */
export type DropRule<C extends RunConfiguration = RunConfiguration> = (
  view: LayerView,
  count: number,
  context: UpdateContext<C>,
) => Uint32Array | Promise<Uint32Array>;

/** Chooses `count` positions to grow among those inactive once `dropped` are out, ascending. */
export type GrowRule<C extends RunConfiguration = RunConfiguration> = (
  view: LayerView,
  dropped: Dropped,
  count: number,
  context: UpdateContext<C>,
) => Positions | Promise<Positions>;

/** Plans all layers together: what each loses and gains. */
export type CountsRule<C extends RunConfiguration = RunConfiguration> = (
  views: readonly LayerView[],
  context: UpdateContext<C>,
) => readonly LayerCounts[] | Promise<readonly LayerCounts[]>;
