import { power } from '../../numerics/portable.ts';

/**
 * How a method finds its initial mask: by a score of every position of the dense network at its initial draw, of which
 * the highest are kept over the whole network.
 */
export interface Scoring {
  /** The score of a weight w, as a formula in a table. */
  title: string;
  /**
   * What is taken at every weight. gradient: of the loss. hessian-gradient: the Hessian of the loss times its gradient.
   * synaptic-flow: gradient of the sum of all outputs for ones as input, all weights positive.
   */
  sensitivity: 'gradient' | 'hessian-gradient' | 'synaptic-flow';
  /** @param sensitivity at that weight */
  score(weight: number, sensitivity: number): number;
  /** How often the network is scored and pruned; the density falls by the same factor each time. */
  rounds: number;
}

/** Density after each round: d^(1/n), d^(2/n), ... d (SynFlow, Algorithm 1). */
export const roundDensities = (density: number, rounds: number): number[] =>
  Array.from({ length: rounds }, (_, round) => (round === rounds - 1 ? density : power(density, (round + 1) / rounds)));
