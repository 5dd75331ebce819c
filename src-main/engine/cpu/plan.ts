import { prunableLayers, type LayerSpecification } from '../../networks/specification.ts';
import { EngineError, type EngineOpening } from '../engine.ts';
import type { Kernels } from './kernels.ts';
import { RESULT_BYTES, TILE, TILE_BYTES } from './kernels/layout.ts';
import { crossEntropyOperation } from './operations/cross-entropy.ts';
import { linearOperation } from './operations/linear.ts';
import type { Operation, Tensor } from './operations/operation.ts';
import { packOperation } from './operations/pack.ts';
import { reluOperation } from './operations/relu.ts';
import type { SharedMemory } from './shared-memory.ts';
import { openSparseWeights, type SparseWeights } from './sparse-weights.ts';

/** Operations in forward order over buffers that lie side by side for all layers: backward goes the same way back. */
export interface Plan {
  operations: Operation[];
  layers: PlannedLayer[];
  features: number;
  /** `[largestBatch rounded up to tiles, features]` */
  pixels: number;
  labels: number;
  results: number;
}

export interface PlannedLayer {
  weights: SparseWeights;
  operation: Operation;
  input: Tensor;
  output: Tensor;
}

/** @throws EngineError where the network is not one that this engine can run, or the state does not fit it */
export function buildPlan(shared: SharedMemory, kernels: Kernels, opening: EngineOpening, variant: number): Plan {
  const { network, state, largestBatch } = opening;
  checkOpening(opening);
  const tiles = Math.ceil(largestBatch / TILE);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const tensor = (size: number, wantsGradients: boolean, rectified: boolean): Tensor => ({
    features: size,
    values: shared.allocate(tiles * size * TILE_BYTES, 'activations'),
    gradients: wantsGradients ? shared.allocate(tiles * size * TILE_BYTES, 'activations') : 0,
    rectified,
  });

  const pixels = shared.allocate(tiles * TILE * features, 'batch');
  const labels = shared.allocate(tiles * TILE, 'batch');
  const results = shared.allocate(tiles * RESULT_BYTES, 'batch');
  let current = tensor(features, false, false);
  const operations = [packOperation(shared, pixels, current, opening.mean, opening.deviation)];
  const layers: PlannedLayer[] = [];
  network.layers.forEach((layer, i) => {
    if (layer.kind === 'relu') {
      // Taken in by the linear layer before it, or a repetition, which changes nothing: only the input is left.
      if (current.rectified) return;
      const output = tensor(current.features, false, true);
      operations.push(reluOperation(shared, current, output));
      current = output;
      return;
    }
    if (layer.kind !== 'linear')
      throw new EngineError(`The CPU engine has no ${layer.kind} layers yet (${layer.name}).`);
    const output = tensor(layer.outputs, true, network.layers[i + 1]?.kind === 'relu');
    const input = current;
    const weights = openSparseWeights(shared, kernels, layer, state.layers[layers.length], input.gradients !== 0);
    const operation = linearOperation(shared, weights, input, output, variant);
    operations.push(operation);
    layers.push({ weights, operation, input, output });
    current = output;
  });
  operations.push(crossEntropyOperation(shared, current, labels, results));
  return { operations, layers, features, pixels, labels, results };
}

function checkOpening({ network, state, largestBatch, mean, deviation, labelSmoothing, threads }: EngineOpening): void {
  const refuse = (why: string) => new EngineError(`The CPU engine cannot open ${network.name}: ${why}`);
  const channels = network.inputShape[2];
  const prunable = prunableLayers(network);
  if (!Number.isInteger(largestBatch) || largestBatch < 1) throw refuse(`the largest batch is ${largestBatch}`);
  if (!Number.isInteger(threads) || threads < 1) throw refuse(`${threads} threads`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw refuse(`label smoothing ${labelSmoothing} is not in [0, 1)`);
  if (mean.length !== channels || deviation.length !== channels)
    throw refuse(`${channels} channels, but ${mean.length} means and ${deviation.length} deviations`);
  if (![...mean, ...deviation].every(Number.isFinite) || !deviation.every((value) => value > 0))
    throw refuse(
      `means [${mean.join(', ')}] and deviations [${deviation.join(', ')}] must be finite, the latter positive`,
    );
  if (state.layers.length !== prunable.length)
    throw refuse(`it has ${prunable.length} weight layers, its state ${state.layers.length}`);
  const last: LayerSpecification | undefined = network.layers.at(-1);
  if (last?.kind !== 'linear') throw refuse('its last layer, which gives the logits, must be linear');
  if (last.outputs !== network.classes) throw refuse(`${last.outputs} logits for ${network.classes} classes`);
  let width = network.inputShape.reduce((product, size) => product * size, 1);
  for (const layer of prunable) {
    if (layer.inputs !== width) throw refuse(`layer ${layer.name} takes ${layer.inputs} inputs, but gets ${width}`);
    width = layer.outputs;
  }
}
