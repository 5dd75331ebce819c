import type { Batch, EngineOptions, LayerState, NormState } from '../../src-main/engine/engine.ts';
import {
  fanIn,
  type LayerSpecification,
  type NetworkSpecification,
  prunableLayers,
} from '../../src-main/networks/specification.ts';

/** Numbers in [0, 1): the same in every run of the benchmark. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export type BenchCase = 'mlp' | 'conv';

/** What the peer runs under the same names. */
export const cases: Record<
  BenchCase,
  { title: string; batch: number; network: NetworkSpecification; norm: [number, number] }
> = {
  mlp: {
    title: 'mlp 784-1024-1024-10, batch 128',
    batch: 128,
    network: { name: 'mlp-1024-1024', inputShape: [28, 28, 1], classes: 10, layers: mlpLayers([784, 1024, 1024, 10]) },
    norm: [0.5, 0.29],
  },
  conv: {
    title: 'conv 64-64-M-128-128-M-256-M, 3x3, batch norm, ReLU, linear; batch 64',
    batch: 64,
    network: {
      name: 'conv-64-128-256',
      inputShape: [32, 32, 3],
      classes: 10,
      layers: convLayers(3, [64, 64, 'M', 128, 128, 'M', 256, 'M'], 10),
    },
    norm: [0.5, 0.29],
  },
};

function mlpLayers(widths: number[]): LayerSpecification[] {
  return widths.slice(1).flatMap((outputs, i): LayerSpecification[] => {
    const layer: LayerSpecification = { kind: 'linear', name: `linear-${i}`, inputs: widths[i], outputs, bias: true };
    return i + 2 < widths.length ? [layer, { kind: 'relu', name: `relu-${i}` }] : [layer];
  });
}

function convLayers(channels: number, plan: (number | 'M')[], classes: number): LayerSpecification[] {
  let width = channels;
  const layers = plan.flatMap((outputs, i): LayerSpecification[] => {
    if (outputs === 'M') return [{ kind: 'max-pool', name: `pool-${i}`, size: 2, stride: 2, padding: 0 }];
    const inputs = width;
    width = outputs;
    return [
      { kind: 'convolution', name: `conv-${i}`, inputs, outputs, kernel: [3, 3], stride: 1, padding: 1, bias: false },
      { kind: 'batch-norm', name: `norm-${i}`, features: outputs },
      { kind: 'relu', name: `relu-${i}` },
    ];
  });
  return [
    ...layers,
    { kind: 'flatten', name: 'flatten' },
    { kind: 'linear', name: 'linear', inputs: width * 16, outputs: classes, bias: true },
  ];
}

/** A case with every weight layer at the same density. */
export function benchOpening(name: BenchCase, sparsity: number, threads: number): EngineOptions {
  const { network, batch, norm } = cases[name];
  const random = randomNumbers(1);
  const layers = prunableLayers(network).map((layer): LayerState => {
    const inputs = fanIn(layer);
    const rowStarts = new Uint32Array(layer.outputs + 1);
    const columns: number[] = [];
    for (let row = 0; row < layer.outputs; row++) {
      for (let column = 0; column < inputs; column++) if (random() >= sparsity) columns.push(column);
      rowStarts[row + 1] = columns.length;
    }
    const reach = Math.sqrt(6 / (inputs * (1 - sparsity)));
    const biases = layer.bias ? layer.outputs : 0;
    return {
      mask: { outputs: layer.outputs, inputs, rowStarts, columns: Uint32Array.from(columns) },
      weights: Float32Array.from(columns, () => (random() * 2 - 1) * reach),
      momenta: new Float32Array(columns.length),
      biases: new Float32Array(biases),
      biasMomenta: new Float32Array(biases),
    };
  });
  const norms = network.layers.flatMap((layer): NormState[] => {
    if (layer.kind !== 'batch-norm') return [];
    const filled = (value: number) => new Float32Array(layer.features).fill(value);
    return [
      {
        scale: filled(1),
        shift: filled(0),
        scaleMomenta: filled(0),
        shiftMomenta: filled(0),
        runningMean: filled(0),
        runningVariance: filled(1),
      },
    ];
  });
  const channels = network.inputShape[2];
  return {
    network,
    state: { layers, norms },
    largestBatch: batch,
    mean: new Array<number>(channels).fill(norm[0]),
    deviation: new Array<number>(channels).fill(norm[1]),
    labelSmoothing: 0,
    threads,
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

export const mlpOpening = (sparsity: number, batchSize: number, threads: number): EngineOptions => ({
  ...benchOpening('mlp', sparsity, threads),
  largestBatch: batchSize,
});
