import type { Mask, Positions } from '../contract/index.ts';

/** One layer as a mask update sees it, before the update. */
export interface LayerView {
  layer: number;
  mask: Mask;
  /** Of the active weights, ascending. */
  positions: Positions;
  /** In the order of `positions`. */
  weights: Float32Array;
  /**
   * The largest gradient magnitudes among positions inactive once `dropped` are out; may be fewer than `count`, since
   * zero gradients are no candidates. Any order.
   */
  largestInactiveGradients(count: number, dropped: Positions, tieSeed: number): Promise<Positions>;
}

/** What makes the random draws of a rule its own. */
export interface RuleContext {
  seed: number;
  /** 1 for the first update of a run. */
  update: number;
}

/** Chooses `count` active positions to drop, ascending. */
export type DropRule = (view: LayerView, count: number, context: RuleContext) => Positions;

/** Chooses `count` positions to grow among those inactive once `dropped` are out, ascending. */
export type GrowRule = (view: LayerView, dropped: Positions, count: number, context: RuleContext) => Promise<Positions>;
