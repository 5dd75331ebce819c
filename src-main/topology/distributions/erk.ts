import { proportionalDensities, sizeOf, type Distribution, type WeightShape } from './distribution.ts';

const relativeDensity = (shape: WeightShape) => shape.reduce((total, side) => total + side, 0) / sizeOf(shape);

/** Erdos-Renyi-Kernel: density proportional to (sum of all dimensions) / (product of them) (RigL, section 3). */
export const erk: Distribution = (shapes, density) => proportionalDensities(shapes, density, relativeDensity).densities;

/** ERK with its scale epsilon and the layers it makes dense, for tables and explanations. */
export const erkDetails = (shapes: readonly WeightShape[], density: number) =>
  proportionalDensities(shapes, density, relativeDensity);
