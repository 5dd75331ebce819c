import type { FieldIssue, LayerPlan, RunConfiguration, RunPlan } from '../contract/index.ts';
import { plannedActiveCounts } from '../topology/initial-masks.ts';
import { methods } from '../topology/methods/index.ts';
import { updateSteps } from '../topology/schedules.ts';
import { forwardFlops, trainingFlops } from './flops.ts';
import { explorationOf, explorationRemedy, pruneRatesAt } from './planner.ts';
import { outputShapes } from './shapes.ts';
import { fanIn, prunableLayers, weightShape, type NetworkSpecification } from './specification.ts';
import { buildNamedNetwork, type Interface } from './zoo/index.ts';

/** What planning needs to know of a dataset. */
export interface DatasetSize extends Interface {
  trainCount: number;
}

export const buildNetwork = (configuration: RunConfiguration, dataset: Interface): NetworkSpecification =>
  buildNamedNetwork(configuration.network, dataset);

/** Samples held out for validation, and left for training; at least one is left. */
export function splitCounts(trainCount: number, validationFraction: number): { training: number; validation: number } {
  const validation = Math.min(trainCount - 1, Math.round(trainCount * validationFraction));
  return { training: trainCount - validation, validation };
}

/** Prune rate at every update of a run; empty where the method does not rewire. */
export function plannedPruneRates(
  configuration: RunConfiguration,
  totalSteps: number,
): { step: number; rate: number }[] {
  if (!methods[configuration.method].rewiring) return [];
  const steps = updateSteps(configuration.updateEvery, configuration.stopFraction, totalSteps);
  const rates = pruneRatesAt(configuration, steps, totalSteps);
  return steps.map((step, index) => ({ step, rate: rates[index] }));
}

/** What a configuration amounts to on this dataset, before anything is computed. */
export function planRun(configuration: RunConfiguration, dataset: DatasetSize): RunPlan {
  const network = buildNetwork(configuration, dataset);
  const weightLayers = prunableLayers(network);
  const counts = plannedActiveCounts(weightLayers.map(weightShape), configuration);
  const layers = weightLayers.map((layer, index): LayerPlan => {
    const { name, outputs } = layer;
    const inputs = fanIn(layer);
    const prunableWeights = outputs * inputs;
    const activeWeights = counts[index];
    return { name, outputs, inputs, prunableWeights, activeWeights, density: activeWeights / prunableWeights };
  });
  const shapes = outputShapes(network);
  const places = weightLayers.map(({ name }) => {
    const [height, width] = shapes.get(name) ?? [0, 0];
    return height * width;
  });
  const total = (value: (layer: LayerPlan) => number) => layers.reduce((sum, layer) => sum + value(layer), 0);
  const prunableWeights = total((layer) => layer.prunableWeights);

  const { training } = splitCounts(dataset.trainCount, configuration.validationFraction);
  const stepsPerEpoch = Math.ceil(training / configuration.batchSize);
  const totalSteps = stepsPerEpoch * configuration.epochs;
  const rates = plannedPruneRates(configuration, totalSteps).map(({ rate }) => rate);

  const method = methods[configuration.method];
  const forward = forwardFlops(layers.map((layer, index) => ({ ...layer, places: places[index] })));
  const trainFlopsPerSample = trainingFlops(forward, method, rates.length, totalSteps);
  const denseTrainFlopsPerSample = 3 * forward.dense;
  const exploration = explorationOf(layers, rates);

  return {
    layers,
    prunableWeights,
    activeWeights: total((layer) => layer.activeWeights),
    parameters: prunableWeights + otherParameters(network),
    stepsPerEpoch,
    totalSteps,
    updates: rates.length,
    trainFlopsPerSample,
    denseTrainFlopsPerSample,
    flops: {
      trainRatio: trainFlopsPerSample / denseTrainFlopsPerSample,
      inferenceRatio: forward.sparse / forward.dense,
    },
    expectedRs: exploration.expectedRs,
    maxRs: exploration.maxRs,
  };
}

/** Biases, and scale and shift of batch norms: trained, never pruned. */
function otherParameters(network: NetworkSpecification): number {
  return network.layers.reduce((sum, layer) => {
    if (layer.kind === 'batch-norm') return sum + 2 * layer.features;
    return sum + ('bias' in layer && layer.bias ? layer.outputs : 0);
  }, 0);
}

/** What is allowed but probably not meant, each with what to do about it. */
export function configurationWarnings(configuration: RunConfiguration, plan: RunPlan): FieldIssue[] {
  const warnings: FieldIssue[] = [];
  const method = methods[configuration.method];
  if (method.rewiring && plan.updates === 0) {
    warnings.push({
      field: 'updateEvery',
      message:
        `The mask would never change: the run has ${plan.totalSteps} steps and the update interval is ` +
        `${configuration.updateEvery}. Choose at most ${Math.max(1, Math.floor(plan.totalSteps / 10))}, or more epochs.`,
    });
  } else if (method.rewiring && plan.maxRs < 0.5) {
    warnings.push({
      field: 'updateEvery',
      message:
        `Little can be explored: with an update interval of ${configuration.updateEvery} steps R_s cannot exceed ` +
        `${plan.maxRs.toFixed(2)}. ${explorationRemedy({ ...plan, configuration })}`,
    });
  }
  const empty = plan.layers.filter((layer) => layer.activeWeights < layer.outputs && method.sparse);
  if (empty.length > 0) {
    warnings.push({
      field: 'sparsity',
      message:
        `Some units have no input at all: ${empty.map((layer) => layer.name).join(', ')} ` +
        'has fewer active weights than outputs. Choose a lower sparsity or a wider network.',
    });
  }
  return warnings;
}
