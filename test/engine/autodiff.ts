import '@tensorflow/tfjs-backend-cpu';
// The package's Node bundle comes without its gradients; they register themselves in one global table.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, EngineOptions } from '../../src-main/engine/engine.ts';
import { openReference } from './reference.ts';

export interface Autodiff {
  backend: string;
  loss: number;
  /** Dense, `[out, in]`. */
  weights: Float32Array[];
  biases: Float32Array[];
}

/** The gradients of the mean loss as tfjs derives them. */
export async function differentiateWithTfjs(opening: EngineOptions, batch: Batch): Promise<Autodiff> {
  await tf.setBackend('cpu');
  await tf.ready();
  const { layers } = openReference(opening);
  const { classes } = opening.network;
  const features = layers[0].inputs;
  const x = tf.tensor2d(
    Float32Array.from(batch.pixels, (pixel) => (pixel / 255 - opening.mean[0]) / opening.deviation[0]),
    [batch.count, features],
  );
  const targets = tf.tensor2d(
    Array.from(batch.labels, (label) =>
      Array.from(
        { length: classes },
        (_, c) => (c === label ? 1 - opening.labelSmoothing : 0) + opening.labelSmoothing / classes,
      ),
    ),
  );
  const weights = layers.map((layer) => tf.tensor2d(Float32Array.from(layer.weights), [layer.outputs, layer.inputs]));
  const biases = layers.map((layer) => tf.tensor1d(Float32Array.from(layer.biases)));
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    let h: tf.Tensor = x;
    layers.forEach((_, i) => {
      h = tf.add(tf.matMul(h, tensors[i], false, true), tensors[layers.length + i]);
      if (i + 1 < layers.length) h = tf.relu(h);
    });
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(h)), 1)));
  })([...weights, ...biases]);
  const arrays = grads.map((gradient) => Float32Array.from(gradient.dataSync()));
  return {
    backend: tf.getBackend(),
    loss: value.dataSync()[0],
    weights: arrays.slice(0, layers.length),
    biases: arrays.slice(layers.length),
  };
}
