import type { Method } from '../topology/methods/index.ts';

/**
 * Floating-point operations per sample, 2 per multiply-add, weight layers only, biases left out: the convention of
 * RigL and ITOP (itop.md 1.4 and 4.12). Theoretical: what a truly sparse implementation needs.
 */

export interface ForwardFlops {
  dense: number;
  sparse: number;
}

/** @param layers `pixels`: how often a weight is used per sample, 1 for linear layers, output pixels for convolutions */
export function forwardFlops(
  layers: readonly { prunableWeights: number; activeWeights: number; pixels: number }[],
): ForwardFlops {
  return {
    dense: layers.reduce((sum, layer) => sum + 2 * layer.prunableWeights * layer.pixels, 0),
    sparse: layers.reduce((sum, layer) => sum + 2 * layer.activeWeights * layer.pixels, 0),
  };
}

/**
 * Per sample, averaged over a training: backward costs two forwards. A method that needs the dense gradient pays
 * (3 f_S dT + 2 f_S + f_D) / (dT + 1) (RigL, appendix; itop.md 4.12), where dT is its mean interval. Where it needs that
 * of n batches, (3 f_S dT + n (2 f_S + f_D)) / (dT + n); at every step, 2 f_S + f_D (SNFS).
 * @param gradientSteps batches an update whose weight gradient is taken densely
 * @param held weights trained without taking part, as a share of the active ones (Top-KAST)
 */
export function trainingFlops(
  { dense, sparse }: ForwardFlops,
  method: Method,
  updates: number,
  totalSteps: number,
  gradientSteps = 1,
  held = 0,
): number {
  // Top-KAST: forward by the active weights, backward to the held ones too.
  if (held > 0) return sparse + 2 * Math.min(dense, (1 + held) * sparse);
  if (!method.rewiring?.needsDenseGradient || updates === 0) return 3 * sparse;
  const interval = totalSteps / updates;
  if (gradientSteps >= interval) return 2 * sparse + dense;
  return (3 * sparse * interval + gradientSteps * (2 * sparse + dense)) / (interval + gradientSteps);
}
