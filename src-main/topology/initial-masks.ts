import type { Mask, RunConfiguration } from '../contract/index.ts';
import { createStream } from '../numerics/random.ts';
import { sampleDistinct } from '../numerics/sampling.ts';
import { activeCounts, distributions, sizeOf, type WeightShape } from './distributions/index.ts';
import { fullMask, maskFromPositions } from './mask.ts';
import { methods } from './methods/index.ts';

type Sparsification = Pick<RunConfiguration, 'method' | 'sparsity' | 'distribution' | 'seed'>;

/** Active weights of every layer; their total is the rounded global budget. */
export function plannedActiveCounts(shapes: readonly WeightShape[], configuration: Sparsification): number[] {
  if (!methods[configuration.method].sparse) return shapes.map(sizeOf);
  const densities = distributions[configuration.distribution](shapes, 1 - configuration.sparsity);
  return activeCounts(shapes, densities);
}

/**
 * Masks drawn uniformly with exact counts. They depend on seed, layer and count alone, so static, SET and RigL runs
 * of one seed start from the same mask.
 */
export function drawInitialMasks(shapes: readonly WeightShape[], configuration: Sparsification): Mask[] {
  return plannedActiveCounts(shapes, configuration).map((count, layer) => {
    const [outputs, ...rest] = shapes[layer];
    const inputs = sizeOf(rest);
    if (count === outputs * inputs) return fullMask(outputs, inputs);
    const stream = createStream(configuration.seed, 'initial mask', layer);
    return maskFromPositions(outputs, inputs, sampleDistinct(stream, count, outputs * inputs));
  });
}
