/** Floating-point operations of one forward pass per sample, by all positions and by the active weights. */
export interface ForwardFlops {
  dense: number;
  sparse: number;
}

/** A training, or a stretch of it with one density. */
export interface TrainedStretch {
  updates: number;
  steps: number;
  /** Batches an update whose weight gradient is taken densely, where it needs one; Infinity: all. */
  gradientSteps: number;
  /** Weights trained without taking part, as a share of the active ones. */
  held: number;
}

/** Training FLOPs per sample, averaged over the stretch; backward costs two forwards (itop.md 4.12). */
export type FlopsRule = (forward: ForwardFlops, stretch: TrainedStretch) => number;

/** What is trained is what is active. */
export const sparseFlops: FlopsRule = ({ sparse }) => 3 * sparse;

/**
 * (3 f_S dT + 2 f_S + f_D) / (dT + 1), where dT is the mean interval (RigL, appendix; itop.md 4.12). Where an update needs
 * the gradients of n batches, (3 f_S dT + n (2 f_S + f_D)) / (dT + n); at every step, 2 f_S + f_D (SNFS).
 */
export const flopsWithDenseGradients: FlopsRule = ({ dense, sparse }, { updates, steps, gradientSteps }) => {
  if (updates === 0) return 3 * sparse;
  const interval = steps / updates;
  if (gradientSteps >= interval) return 2 * sparse + dense;
  return (3 * sparse * interval + gradientSteps * (2 * sparse + dense)) / (interval + gradientSteps);
};

/** Top-KAST: forward by the active weights, backward to the held ones too (Jayakumar et al., NeurIPS 2020, section 2.2). */
export const flopsWithHeldWeights: FlopsRule = ({ dense, sparse }, { held }) =>
  sparse + 2 * Math.min(dense, (1 + held) * sparse);

/** The rules above, which need no watching. */
export const KNOWN_FLOPS: ReadonlySet<FlopsRule> = new Set([
  sparseFlops,
  flopsWithDenseGradients,
  flopsWithHeldWeights,
]);
