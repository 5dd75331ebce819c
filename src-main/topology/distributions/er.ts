import { proportionalDensities, type Distribution } from './distribution.ts';

/**
 * Erdos-Renyi: density proportional to (in + out) / (in * out), kernel sizes left out (SET, eq. 1; RigL, section 3).
 * The same as ERK for linear layers.
 */
export const er: Distribution = (shapes, density) =>
  proportionalDensities(shapes, density, ([outputs, inputs]) => (outputs + inputs) / (outputs * inputs)).densities;
