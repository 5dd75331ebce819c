import '@tensorflow/tfjs-backend-cpu';
// The package's Node bundle comes without its gradients; they register themselves in one global table.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { type Batch, type EngineOptions, NORM_EPSILON, type StepSettings } from '../../src-main/engine/engine.ts';
import { type ConvolutionLayer, prunableLayers } from '../../src-main/networks/specification.ts';
import { positionsOf } from './networks.ts';

/** A layer graph, all weights dense, as tfjs differentiates it; trains with the engines' optimiser. */
export interface TfjsNetwork {
  backend: string;
  /** Loss and gradients: of weights `[out, fan-in]`, biases, scales, shifts, in the order of the state. */
  gradients(batch: Batch): { loss: number; weights: Float32Array[]; biases: Float32Array[] };
  /** One step. @returns the loss before it */
  step(batch: Batch, settings: StepSettings): number;
  close(): void;
}

export async function openTfjs(opening: EngineOptions): Promise<TfjsNetwork> {
  await tf.setBackend('cpu');
  await tf.ready();
  const { network, state } = opening;
  const prunable = prunableLayers(network);
  const weights = prunable.map((layer, i) => {
    const { mask, weights: active } = state.layers[i];
    const dense = new Float32Array(mask.outputs * mask.inputs);
    positionsOf(mask).forEach((position, k) => (dense[position] = active[k]));
    return tf.tensor2d(dense, [layer.outputs, mask.inputs]);
  });
  const biases = prunable.map((layer, i) =>
    tf.tensor1d(layer.bias ? Float32Array.from(state.layers[i].biases) : new Float32Array(layer.outputs)),
  );
  const scales = state.norms.map(({ scale }) => tf.tensor1d(Float32Array.from(scale)));
  const shifts = state.norms.map(({ shift }) => tf.tensor1d(Float32Array.from(shift)));
  let parameters: tf.Tensor[] = [...weights, ...biases, ...scales, ...shifts];
  let momenta: tf.Tensor[] = parameters.map((parameter) => tf.zerosLike(parameter));
  const fixed = new Set(prunable.flatMap(({ bias }, i) => (bias ? [] : [prunable.length + i])));

  function forward(batch: Batch, tensors: tf.Tensor[]): tf.Tensor {
    const [height, width, channels] = network.inputShape;
    const pixels = Float32Array.from(
      batch.pixels,
      (pixel, i) => (pixel / 255 - opening.mean[i % channels]) / opening.deviation[i % channels],
    );
    const outputs = new Map<string, tf.Tensor>([
      ['input', tf.tensor4d(pixels, [batch.count, height, width, channels])],
    ]);
    let previous = 'input';
    let [weightIndex, normIndex] = [0, 0];
    for (const layer of network.layers) {
      const x = outputs.get(layer.from ?? previous)!;
      const apply = (): tf.Tensor => {
        switch (layer.kind) {
          case 'convolution': {
            const i = weightIndex++;
            return tf.add(convolve(x as tf.Tensor4D, tensors[i], layer), tensors[prunable.length + i]);
          }
          case 'linear': {
            const i = weightIndex++;
            const flat = tf.reshape(x, [batch.count, layer.inputs]);
            const y = tf.add(tf.matMul(flat, tensors[i], false, true), tensors[prunable.length + i]);
            return tf.reshape(y, [batch.count, 1, 1, layer.outputs]);
          }
          case 'batch-norm': {
            const i = normIndex++;
            const { mean, variance } = tf.moments(x, [0, 1, 2], true);
            const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, NORM_EPSILON)));
            const at = 2 * prunable.length + i;
            return tf.add(tf.mul(normal, tensors[at]), tensors[at + scales.length]);
          }
          case 'relu':
            return tf.relu(x);
          case 'max-pool':
            return tf.maxPool(x as tf.Tensor4D, layer.size, layer.stride, layer.padding, 'floor');
          case 'average-pool':
            return tf.avgPool(padded(x as tf.Tensor4D, layer.padding), layer.size, layer.stride, 'valid');
          case 'global-average-pool':
            return tf.mean(x, [1, 2], true);
          case 'flatten':
            return tf.reshape(x, [batch.count, 1, 1, x.size / batch.count]);
          case 'add':
            return tf.add(x, outputs.get(layer.other)!);
          case 'dropout':
            throw new Error('Which features are dropped is the engine’s own affair');
        }
      };
      outputs.set(layer.name, apply());
      previous = layer.name;
    }
    return tf.reshape(outputs.get(previous)!, [batch.count, network.classes]);
  }

  const differentiate = (batch: Batch) =>
    tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const targets = tf.oneHot(tf.tensor1d(Array.from(batch.labels), 'int32'), network.classes);
      return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(forward(batch, tensors))), 1)));
    })(parameters);

  return {
    backend: tf.getBackend(),
    gradients: (batch) =>
      tf.tidy(() => {
        const { value, grads } = differentiate(batch);
        const arrays = grads.map((gradient) => Float32Array.from(gradient.dataSync()));
        const n = prunable.length;
        return { loss: value.dataSync()[0], weights: arrays.slice(0, n), biases: arrays.slice(n, 2 * n) };
      }),
    step(batch, { learningRate, momentum, nesterov, weightDecay }) {
      const before = [...parameters, ...momenta];
      let loss = 0;
      const after = tf.tidy(() => {
        const { value, grads } = differentiate(batch);
        loss = value.dataSync()[0];
        const decayed = grads.map((gradient, i) => tf.add(gradient, tf.mul(parameters[i], weightDecay)));
        const velocities = decayed.map((gradient, i) => tf.add(tf.mul(momenta[i], momentum), gradient));
        const moved = parameters.map((parameter, i) => {
          if (fixed.has(i)) return tf.clone(parameter);
          const direction = nesterov ? tf.add(decayed[i], tf.mul(velocities[i], momentum)) : velocities[i];
          return tf.sub(parameter, tf.mul(direction, learningRate));
        });
        return [...moved, ...velocities];
      });
      before.forEach((tensor) => tensor.dispose());
      parameters = after.slice(0, parameters.length);
      momenta = after.slice(parameters.length);
      return loss;
    },
    close: () => [...parameters, ...momenta].forEach((tensor) => tensor.dispose()),
  };
}

const padded = (x: tf.Tensor4D, padding: number): tf.Tensor4D =>
  padding === 0
    ? x
    : tf.pad(x, [
        [0, 0],
        [padding, padding],
        [padding, padding],
        [0, 0],
      ]);

/** Weights `[out, in * height * width]` as ours lie; tfjs wants `[height, width, in, out]`. */
function convolve(x: tf.Tensor4D, weights: tf.Tensor, { inputs, outputs, kernel, stride, padding }: ConvolutionLayer) {
  const filter = tf.transpose(tf.reshape(weights, [outputs, inputs, ...kernel]), [2, 3, 1, 0]) as tf.Tensor4D;
  return tf.conv2d(padded(x, padding), filter, stride, 'valid');
}
