import type { Batch, EngineOptions, LayerState, NormState } from '../../../src-main/engine/engine.ts';
import { fanIn, prunableLayers, type WeightLayer } from '../../../src-main/networks/specification.ts';
import type { CaseShape } from './cases.ts';

/** Numbers in [0, 1): the same in every run of the benchmark. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A case with every weight layer at the same density, as the peer masks them. */
export function gpuOpening({ network, batch }: CaseShape, sparsity: number): EngineOptions {
  const random = randomNumbers(1);
  const channels = network.inputShape[2];
  return {
    network,
    state: {
      layers: prunableLayers(network).map((layer) => layerState(layer, sparsity, random)),
      norms: network.layers.flatMap((layer) => (layer.kind === 'batch-norm' ? [normState(layer.features)] : [])),
    },
    largestBatch: batch,
    mean: new Array<number>(channels).fill(0.5),
    deviation: new Array<number>(channels).fill(0.29),
    labelSmoothing: 0,
    threads: 1,
  };
}

function layerState(layer: WeightLayer, sparsity: number, random: () => number): LayerState {
  const inputs = fanIn(layer);
  const rowStarts = new Uint32Array(layer.outputs + 1);
  const room = new Uint32Array(layer.outputs * inputs);
  let active = 0;
  for (let row = 0; row < layer.outputs; row++) {
    for (let column = 0; column < inputs; column++) if (sparsity === 0 || random() >= sparsity) room[active++] = column;
    rowStarts[row + 1] = active;
  }
  const reach = Math.sqrt(6 / (inputs * (1 - sparsity)));
  const biases = layer.bias ? layer.outputs : 0;
  return {
    mask: { outputs: layer.outputs, inputs, rowStarts, columns: room.slice(0, active) },
    weights: Float32Array.from({ length: active }, () => (random() * 2 - 1) * reach),
    momenta: new Float32Array(active),
    biases: new Float32Array(biases),
    biasMomenta: new Float32Array(biases),
  };
}

function normState(features: number): NormState {
  const filled = (value: number) => new Float32Array(features).fill(value);
  return {
    scale: filled(1),
    shift: filled(0),
    scaleMomenta: filled(0),
    shiftMomenta: filled(0),
    runningMean: filled(0),
    runningVariance: filled(1),
  };
}

export function randomBatch({ network, largestBatch }: EngineOptions): Batch {
  const random = randomNumbers(2);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  return {
    count: largestBatch,
    pixels: Uint8Array.from({ length: largestBatch * features }, () => random() * 256),
    labels: Uint8Array.from({ length: largestBatch }, (_, i) => i % network.classes),
  };
}
