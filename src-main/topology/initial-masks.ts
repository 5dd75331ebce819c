import type { Mask, Positions, RunConfiguration } from '../contract/index.ts';
import { createStream } from '../numerics/random.ts';
import { selectLargestMagnitudes } from '../numerics/selection.ts';
import { sampleBernoulli, sampleDistinct } from '../numerics/sampling.ts';
import { activeCounts, distributions, sizeOf, type WeightShape } from './distributions/index.ts';
import { fullMask, maskFromPositions } from './mask.ts';
import type { Method } from './methods/method.ts';
import { initialDensity } from './timeline.ts';

/** The keys that decide the initial masks; the others are those that most methods do not use. */
export type Sparsification = Pick<RunConfiguration, 'sparsity' | 'distribution' | 'seed'> & Partial<RunConfiguration>;
/** What of a method decides them. */
export type MaskDrawing = Pick<Method, 'sparse' | 'rewiring' | 'structure' | 'startsLargest'> & { scoring?: unknown };

/** Density of every layer for a global one. */
export function layerDensities(
  shapes: readonly WeightShape[],
  { sparse, scoring, structure }: MaskDrawing,
  { distribution }: Pick<RunConfiguration, 'distribution'>,
  density: number,
): number[] {
  if (!sparse) return shapes.map(() => 1);
  // Scores find each layer's own density: what is known before is only their mean.
  return distributions[scoring || structure?.isUniform ? 'uniform' : distribution](shapes, density);
}

/** Active weights of every layer for a global density. */
export function countsAt(
  shapes: readonly WeightShape[],
  method: MaskDrawing,
  configuration: Pick<RunConfiguration, 'distribution'> & Partial<RunConfiguration>,
  density: number,
): number[] {
  const units = shapes.map((_, layer) => method.structure?.unitOf?.(layer, shapes, configuration) ?? 1);
  return activeCounts(shapes, layerDensities(shapes, method, configuration, density), units);
}

/** Active weights of every layer at the start; their total is the rounded global budget. */
export function plannedActiveCounts(
  shapes: readonly WeightShape[],
  method: MaskDrawing,
  configuration: Sparsification,
): number[] {
  return countsAt(shapes, method, configuration, initialDensity(method, configuration));
}

/**
 * Masks drawn uniformly with exact counts. They depend on seed, layer and count alone, so static, SET and RigL runs
 * of one seed start from the same mask. In `reference` fidelity every position is a Bernoulli trial (itop.md 1.4), so
 * the counts are only expected ones.
 */
export function drawInitialMasks(
  shapes: readonly WeightShape[],
  method: MaskDrawing,
  configuration: Sparsification,
): Mask[] {
  const counts = plannedActiveCounts(shapes, method, configuration);
  const densities = layerDensities(shapes, method, configuration, initialDensity(method, configuration));
  return counts.map((count, layer) => {
    const [outputs, ...rest] = shapes[layer];
    const inputs = sizeOf(rest);
    if (count === outputs * inputs) return fullMask(outputs, inputs);
    const { structure, startsLargest } = method;
    if (structure) return maskFromPositions(outputs, inputs, structure.draw(layer, shapes, count, configuration));
    if (startsLargest)
      return maskFromPositions(outputs, inputs, largestDraws(configuration.seed, layer, outputs * inputs, count));
    const stream = createStream(configuration.seed, 'initial mask', layer);
    const positions =
      configuration.fidelity === 'reference'
        ? sampleBernoulli(stream, densities[layer], outputs * inputs)
        : sampleDistinct(stream, count, outputs * inputs);
    return maskFromPositions(outputs, inputs, positions);
  });
}

/** Positions of the largest initial weights where all units have one scale. */
function largestDraws(seed: number, layer: number, positions: number, count: number): Positions {
  const draws = createStream(seed, 'initial weights', layer);
  const values = Float32Array.from({ length: positions }, (_, at) => draws.normal(at));
  return Float64Array.from(selectLargestMagnitudes(values, count, (position) => position)).sort();
}
