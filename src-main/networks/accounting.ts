import type { LayerPlan, RunConfiguration, RunPlan } from '../contract/index.ts';
import { sum } from '../numerics/sum.ts';
import { sizeOf } from '../topology/distributions/index.ts';
import { expectedRs, largestRs } from '../topology/exploration.ts';
import { countsAt } from '../topology/initial-masks.ts';
import type { Method } from '../topology/methods/index.ts';
import { initialDensity, sampledUpdates, type PlannedUpdate } from '../topology/timeline.ts';
import { forwardFlops } from './flops.ts';
import { countExploration, explorationKnowledge, replacedShares } from './exploration-plan.ts';
import { outputShapes } from './shapes.ts';
import { prunableLayers, weightShape, type NetworkSpecification } from './specification.ts';
import { buildNamedNetwork, type DataShape } from './zoo/index.ts';

/** What planning needs to know of a dataset. */
export interface DatasetSize extends DataShape {
  trainCount: number;
}

/**
 * The network of a configuration.
 * @throws RangeError where the dataset's images are too small for it
 */
export const buildNetwork = (configuration: RunConfiguration, dataset: DataShape): NetworkSpecification =>
  buildNamedNetwork(configuration.network, dataset);

/** Of more updates than this a plan takes samples, so that planning never takes a second. */
export const MOST_PLANNED = 4096;

/** Samples held out for validation, and left for training; at least one is left. */
export function splitCounts(trainCount: number, validationFraction: number): { training: number; validation: number } {
  const validation = Math.min(trainCount - 1, Math.round(trainCount * validationFraction));
  return { training: trainCount - validation, validation };
}

/** Optimiser steps of an epoch, and of the whole training. */
export function countSteps(
  { validationFraction, batchSize, epochs }: Pick<RunConfiguration, 'validationFraction' | 'batchSize' | 'epochs'>,
  trainCount: number,
): { stepsPerEpoch: number; totalSteps: number } {
  const stepsPerEpoch = Math.ceil(splitCounts(trainCount, validationFraction).training / batchSize);
  return { stepsPerEpoch, totalSteps: stepsPerEpoch * epochs };
}

/** How often each prunable layer's weights are used per sample: 1 for linear layers, output pixels for convolutions. */
export function outputPixels(network: NetworkSpecification): number[] {
  const shapes = outputShapes(network);
  return prunableLayers(network).map(({ name }) => {
    const [height, width] = shapes.get(name) ?? [0, 0];
    return height * width;
  });
}

/** The prunable layers as a run starts with them: before any update, denser than in the end for some methods. */
export function initialLayers(
  method: Method,
  configuration: RunConfiguration,
  dataset: DataShape,
): { prunableWeights: number; activeWeights: number; density: number }[] {
  const shapes = prunableLayers(buildNetwork(configuration, dataset)).map(weightShape);
  const counts = countsAt(shapes, method, configuration, initialDensity(method, configuration));
  return shapes.map((shape, at) => {
    const prunableWeights = sizeOf(shape);
    return { prunableWeights, activeWeights: counts[at], density: counts[at] / prunableWeights };
  });
}

/**
 * What a configuration amounts to on this dataset, before anything is computed. Where the density changes, layers and
 * counts are those of the final density as the distribution spreads it; global pruning finds its own. So do scores of the
 * initial network: before they are known every layer is planned at the global density.
 * @param scoredCounts active weights of every layer, once a method's scores have found them
 */
export function planRun(
  method: Method,
  configuration: RunConfiguration,
  dataset: DatasetSize,
  scoredCounts?: readonly number[],
): RunPlan {
  const network = buildNetwork(configuration, dataset);
  const weightLayers = prunableLayers(network);
  const shapes = weightLayers.map(weightShape);
  const sizes = shapes.map(sizeOf);
  const pixels = outputPixels(network);
  const countsOf = cached((density: number) => scoredCounts ?? countsAt(shapes, method, configuration, density));

  const { stepsPerEpoch, totalSteps } = countSteps(configuration, dataset.trainCount);
  const updates = sampledUpdates(method, configuration, totalSteps, MOST_PLANNED);
  const times = updates.map((update) => update.times ?? 1);
  const updateCount = sum(times);
  const phases = densityPhases(initialDensity(method, configuration), updates, totalSteps);

  const finalCounts = countsOf(phases[phases.length - 1].density);
  const layers = weightLayers.map(({ name, outputs }, index): LayerPlan => {
    const prunableWeights = sizes[index];
    const activeWeights = finalCounts[index];
    const inputs = prunableWeights / outputs;
    return { name, outputs, inputs, prunableWeights, activeWeights, density: activeWeights / prunableWeights };
  });
  const prunableWeights = sum(sizes);
  const gradientSteps = method.rewiring?.remembers?.(configuration)?.steps ?? 1;
  const held = method.rewiring?.holds?.(configuration) ?? 0;
  const forwardAt = (density: number) =>
    forwardFlops(
      countsOf(density).map((activeWeights, at) => ({
        prunableWeights: sizes[at],
        activeWeights,
        pixels: pixels[at],
      })),
    );
  // What takes the dense gradient at every step takes none after its last update.
  const steps = gradientSteps === Infinity ? (updates.at(-1)?.step ?? 0) : totalSteps;
  const start = forwardAt(phases[0].density);
  const stretch = (made: number, length: number) => ({ updates: made, steps: length, gradientSteps, held });
  const trainFlopsPerSample =
    phases.length === 1
      ? method.flops(start, stretch(updateCount, steps)) * (steps / totalSteps) +
        3 * start.sparse * (1 - steps / totalSteps)
      : sum(
          phases.map(
            ({ density, updates: made, steps: length }) =>
              (method.flops(forwardAt(density), stretch(made, length)) * length) / totalSteps,
          ),
        );
  const forward = forwardAt(phases[phases.length - 1].density);
  const denseTrainFlopsPerSample = 3 * forward.dense;

  const shares = replacedShares(method, configuration, updates);
  const initialCounts = countsOf(phases[0].density);
  const densityAfter = phases.length === 1 ? null : densitiesAfter(phases[0].density, updates);
  const weightedRs = (layerRs: typeof expectedRs, rates: readonly number[]) =>
    sum(
      sizes.map((size, at) => {
        const densities = densityAfter?.map((density) => countsOf(density)[at] / size);
        return layerRs(initialCounts[at] / size, rates, densities, times) * size;
      }),
    ) / prunableWeights;
  // A layer may hand its share to others: what holds is the whole network's bound.
  const networkMaxRs = () => {
    const densities = densityAfter?.map((density) => sum(countsOf(density)) / prunableWeights);
    return largestRs(sum(initialCounts) / prunableWeights, shares.most, densities, times);
  };

  const { kind } = explorationKnowledge(method, configuration);
  const counted =
    kind === 'counted'
      ? countExploration(
          method,
          sizes.map((size, at) => ({ prunableWeights: size, activeWeights: initialCounts[at] })),
          updates,
        )
      : null;

  return {
    layers,
    prunableWeights,
    activeWeights: sum(finalCounts),
    parameters: prunableWeights + otherParameters(network),
    stepsPerEpoch,
    totalSteps,
    updates: updateCount,
    trainFlopsPerSample,
    denseTrainFlopsPerSample,
    flops: {
      trainRatio: trainFlopsPerSample / denseTrainFlopsPerSample,
      inferenceRatio: forward.sparse / forward.dense,
    },
    expectedRs: counted?.expectedRs ?? weightedRs(expectedRs, shares.expected),
    maxRs: counted?.maxRs ?? (kind === 'undetermined' ? networkMaxRs() : weightedRs(largestRs, shares.most)),
  };
}

/**
 * A run's plan once it is over: the counts of its last masks, and what training it cost.
 * @param forwardFlops of one sample by the last masks
 */
export function realisedPlan(
  plan: RunPlan,
  counts: readonly number[],
  { forwardFlops: forward, trainFlopsPerSample }: { forwardFlops: number; trainFlopsPerSample: number },
): RunPlan {
  const { denseTrainFlopsPerSample } = plan;
  return {
    ...plan,
    layers: plan.layers.map((layer, at) => ({
      ...layer,
      activeWeights: counts[at],
      density: counts[at] / layer.prunableWeights,
    })),
    activeWeights: sum(counts),
    trainFlopsPerSample,
    flops: {
      trainRatio: trainFlopsPerSample / denseTrainFlopsPerSample,
      inferenceRatio: forward / (denseTrainFlopsPerSample / 3),
      realised: true,
    },
  };
}

/** Stretches of one global density, with their optimiser steps and the updates made in or at the end of them. */
function densityPhases(
  initial: number,
  updates: readonly PlannedUpdate[],
  totalSteps: number,
): { density: number; steps: number; updates: number }[] {
  const phases = [{ density: initial, from: 0, updates: 0 }];
  for (const { step, density, times = 1 } of updates) {
    phases[phases.length - 1].updates += times;
    if (density !== null) phases.push({ density, from: step, updates: 0 });
  }
  return phases.map(({ density, from, updates: made }, at) => ({
    density,
    steps: (phases[at + 1]?.from ?? totalSteps) - from,
    updates: made,
  }));
}

function densitiesAfter(initial: number, updates: readonly PlannedUpdate[]): number[] {
  let now = initial;
  return updates.map(({ density }) => (now = density ?? now));
}

function cached<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}

/** Biases, and scale and shift of batch norms: trained, never pruned. */
function otherParameters(network: NetworkSpecification): number {
  return network.layers.reduce((sum, layer) => {
    if (layer.kind === 'batch-norm') return sum + 2 * layer.features;
    return sum + ('bias' in layer && layer.bias ? layer.outputs : 0);
  }, 0);
}
