import type { Batch, EngineOptions, StepSettings } from '../../src-main/engine/engine.ts';
import { prunableLayers } from '../../src-main/networks/specification.ts';

/**
 * The same networks in float64 with dense matrices and masks: slow, plain, and sharing nothing with any engine.
 */
export interface Reference {
  layers: ReferenceLayer[];
  /** Mean loss, with the opening's label smoothing. */
  loss(batch: Batch, labelSmoothing?: number): number;
  correct(batch: Batch): number;
  /** Dense gradients `[out, in]` of the mean loss and those of the biases, by the chain rule. */
  gradients(batch: Batch): { weights: Float64Array; biases: Float64Array }[];
  step(batch: Batch, settings: StepSettings): void;
}

export interface ReferenceLayer {
  inputs: number;
  outputs: number;
  mask: Uint8Array;
  weights: Float64Array;
  momenta: Float64Array;
  biases: Float64Array;
  biasMomenta: Float64Array;
}

export function openReference(opening: EngineOptions): Reference {
  const { network, labelSmoothing } = opening;
  const reluFirst = network.layers[0].kind === 'relu';
  const layers = prunableLayers(network).map(({ inputs, outputs }, index): ReferenceLayer => {
    const state = opening.state.layers[index];
    const layer: ReferenceLayer = {
      inputs,
      outputs,
      mask: new Uint8Array(outputs * inputs),
      weights: new Float64Array(outputs * inputs),
      momenta: new Float64Array(outputs * inputs),
      biases: Float64Array.from({ length: outputs }, (_, i) => state.biases[i] ?? 0),
      biasMomenta: Float64Array.from({ length: outputs }, (_, i) => state.biasMomenta[i] ?? 0),
    };
    for (let row = 0; row < outputs; row++)
      for (let k = state.mask.rowStarts[row]; k < state.mask.rowStarts[row + 1]; k++) {
        const at = row * inputs + state.mask.columns[k];
        layer.mask[at] = 1;
        layer.weights[at] = state.weights[k];
        layer.momenta[at] = state.momenta[k];
      }
    return layer;
  });
  const hasBias = prunableLayers(network).map((layer) => layer.bias);

  /** Activations before every layer and the logits, of one sample. */
  function forward(pixels: Uint8Array): Float64Array[] {
    let values = Float64Array.from(pixels, (pixel) => (pixel / 255 - opening.mean[0]) / opening.deviation[0]);
    if (reluFirst) values = values.map((value) => Math.max(0, value));
    const all = [values];
    layers.forEach((layer, index) => {
      const input = all[index];
      const output = Float64Array.from(layer.biases);
      for (let row = 0; row < layer.outputs; row++) {
        for (let column = 0; column < layer.inputs; column++)
          output[row] += layer.weights[row * layer.inputs + column] * input[column];
        if (index + 1 < layers.length) output[row] = Math.max(0, output[row]);
      }
      all.push(output);
    });
    return all;
  }

  const sample = ({ pixels }: Batch, i: number) => pixels.subarray(i * layers[0].inputs, (i + 1) * layers[0].inputs);
  /** What the loss compares sample `i` with. */
  const target = ({ labels, mixed }: Batch, i: number, smoothing: number) =>
    Float64Array.from({ length: network.classes }, (_, c) => {
      const own = c === labels[i] ? 1 : 0;
      const wanted = mixed ? mixed.share * own + (1 - mixed.share) * (c === mixed.labels[i] ? 1 : 0) : own;
      return (1 - smoothing) * wanted + smoothing / network.classes;
    });
  function softmax(logits: Float64Array): Float64Array {
    const top = Math.max(...logits);
    const e = logits.map((value) => Math.exp(value - top));
    const total = e.reduce((sum, value) => sum + value, 0);
    return e.map((value) => value / total);
  }

  function gradients(batch: Batch) {
    const all = layers.map((layer) => ({
      weights: new Float64Array(layer.weights.length),
      biases: new Float64Array(layer.biases.length),
    }));
    for (let i = 0; i < batch.count; i++) {
      const values = forward(sample(batch, i));
      const wanted = target(batch, i, labelSmoothing);
      let gradient = softmax(values[layers.length]).map((p, c) => (p - wanted[c]) / batch.count);
      for (let index = layers.length - 1; index >= 0; index--) {
        const layer = layers[index];
        const before = new Float64Array(layer.inputs);
        for (let row = 0; row < layer.outputs; row++) {
          all[index].biases[row] += gradient[row];
          for (let column = 0; column < layer.inputs; column++) {
            all[index].weights[row * layer.inputs + column] += gradient[row] * values[index][column];
            before[column] += gradient[row] * layer.weights[row * layer.inputs + column];
          }
        }
        gradient = before.map((value, column) => (values[index][column] > 0 ? value : 0));
      }
    }
    return all;
  }

  return {
    layers,
    gradients,
    loss(batch, smoothing = labelSmoothing) {
      let loss = 0;
      for (let i = 0; i < batch.count; i++) {
        const p = softmax(forward(sample(batch, i))[layers.length]);
        const wanted = target(batch, i, smoothing);
        loss -= p.reduce((sum, value, c) => sum + wanted[c] * Math.log(value), 0);
      }
      return loss / batch.count;
    },
    correct(batch) {
      let correct = 0;
      for (let i = 0; i < batch.count; i++) {
        const logits = forward(sample(batch, i))[layers.length];
        if (logits.indexOf(Math.max(...logits)) === batch.labels[i]) correct++;
      }
      return correct;
    },
    step(batch, { learningRate, momentum, nesterov, weightDecay }) {
      const all = gradients(batch);
      const descend = (values: Float64Array, momenta: Float64Array, g: Float64Array, at: number) => {
        const decayed = g[at] + weightDecay * values[at];
        momenta[at] = momentum * momenta[at] + decayed;
        values[at] -= learningRate * (nesterov ? decayed + momentum * momenta[at] : momenta[at]);
      };
      layers.forEach((layer, index) => {
        for (let at = 0; at < layer.weights.length; at++)
          if (layer.mask[at]) descend(layer.weights, layer.momenta, all[index].weights, at);
        if (!hasBias[index]) return;
        for (let row = 0; row < layer.outputs; row++) descend(layer.biases, layer.biasMomenta, all[index].biases, row);
      });
    },
  };
}
