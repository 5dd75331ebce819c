import type { Batch, EngineOpening, LayerState } from '../../src-main/engine/engine.ts';
import type { LayerSpecification } from '../../src-main/networks/specification.ts';

/** Numbers in [0, 1): the same in every run of the benchmark. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The peer's `mlp`: 784-1024-1024-10, every layer at the same density. */
export function mlpOpening(sparsity: number, batchSize: number, threads: number): EngineOpening {
  const widths = [784, 1024, 1024, 10];
  const random = randomNumbers(1);
  const layers: LayerSpecification[] = [];
  const states: LayerState[] = [];
  for (let i = 0; i + 1 < widths.length; i++) {
    const [inputs, outputs] = [widths[i], widths[i + 1]];
    layers.push({ kind: 'linear', name: `linear-${i}`, inputs, outputs, bias: true });
    if (i + 2 < widths.length) layers.push({ kind: 'relu', name: `relu-${i}` });
    const rowStarts = new Uint32Array(outputs + 1);
    const columns: number[] = [];
    for (let row = 0; row < outputs; row++) {
      for (let column = 0; column < inputs; column++) if (random() >= sparsity) columns.push(column);
      rowStarts[row + 1] = columns.length;
    }
    const reach = Math.sqrt(6 / (inputs * (1 - sparsity)));
    states.push({
      mask: { outputs, inputs, rowStarts, columns: Uint32Array.from(columns) },
      weights: Float32Array.from(columns, () => (random() * 2 - 1) * reach),
      momenta: new Float32Array(columns.length),
      biases: new Float32Array(outputs),
      biasMomenta: new Float32Array(outputs),
    });
  }
  return {
    network: { name: 'mlp-1024-1024', inputShape: [28, 28, 1], classes: 10, layers },
    state: { layers: states, norms: [] },
    largestBatch: batchSize,
    mean: [0.5],
    deviation: [0.29],
    labelSmoothing: 0,
    threads,
  };
}

export function randomBatch({ network, largestBatch }: EngineOpening): Batch {
  const random = randomNumbers(2);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  return {
    count: largestBatch,
    pixels: Uint8Array.from({ length: largestBatch * features }, () => random() * 256),
    labels: Uint8Array.from({ length: largestBatch }, (_, i) => i % network.classes),
  };
}
