import type { ForwardFlops } from '../topology/training-flops.ts';

/**
 * Floating-point operations per sample, 2 per multiply-add, weight layers only, biases left out: the convention of
 * RigL and ITOP (itop.md 1.4 and 4.12). Theoretical: what a truly sparse implementation needs.
 */

/** @param layers `pixels`: how often a weight is used per sample, 1 for linear layers, output pixels for convolutions */
export function forwardFlops(
  layers: readonly { prunableWeights: number; activeWeights: number; pixels: number }[],
): ForwardFlops {
  return {
    dense: layers.reduce((sum, layer) => sum + 2 * layer.prunableWeights * layer.pixels, 0),
    sparse: layers.reduce((sum, layer) => sum + 2 * layer.activeWeights * layer.pixels, 0),
  };
}
