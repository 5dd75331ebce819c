import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { INPUT } from '../../networks/shapes.ts';
import type { LayerSpecification, NetworkSpecification, PoolingLayer } from '../../networks/specification.ts';
import { dropoutFactors } from '../../numerics/dropout.ts';
import type { NormStatistics, TfjsNorm } from './norms.ts';
import type { Tf } from './tf.ts';
import type { TfjsWeights } from './weights.ts';

/** What is trained, as one list: each layer's weights and biases, then each norm's scale and shift. */
export interface Trained {
  layers: { weights: Tensor; biases: Tensor | null }[];
  norms: { scale: Tensor; shift: Tensor }[];
}

export interface Pass {
  network: NetworkSpecification;
  weights: readonly TfjsWeights[];
  norms: readonly TfjsNorm[];
}

/** `dropoutSeed` is null where nothing is trained: then nothing is dropped and norms take their running statistics. */
export interface PassMode {
  trained: Trained;
  dropoutSeed: number | null;
  onStatistics(norm: number, statistics: NormStatistics): void;
}

/**
 * Logits `[count, classes]` of images `[count, height, width, channels]`; all values between are images too, a linear
 * layer's of one pixel. Padding is always made apart: TensorFlow's native kernels know only `valid` and `same`.
 */
export function forward(tf: Tf, { network, norms }: Pass, images: Tensor4D, mode: PassMode): Tensor {
  const { trained, dropoutSeed } = mode;
  const [count] = images.shape;
  const outputs = new Map<string, Tensor4D>([[INPUT, images]]);
  const ofFeatures = (x: Tensor) => tf.reshape(x, [count, 1, 1, x.size / count]) as Tensor4D;
  let [weightIndex, normIndex] = [0, 0];

  const apply = (layer: LayerSpecification, layerIndex: number, x: Tensor4D): Tensor4D => {
    switch (layer.kind) {
      case 'linear': {
        const { weights, biases } = trained.layers[weightIndex++];
        const product = tf.matMul(tf.reshape(x, [count, layer.inputs]), weights, false, true);
        return ofFeatures(biases ? tf.add(product, biases) : product);
      }
      case 'convolution': {
        const { weights, biases } = trained.layers[weightIndex++];
        const product = tf.conv2d(padded(tf, x, layer.padding, 0), weights as Tensor4D, layer.stride, 'valid');
        return biases ? tf.add(product, biases) : product;
      }
      case 'batch-norm': {
        const index = normIndex++;
        if (dropoutSeed === null) return norms[index].evaluate(x) as Tensor4D;
        const { scale, shift } = trained.norms[index];
        const { output, statistics } = norms[index].train(x, scale, shift);
        mode.onStatistics(index, statistics);
        return output as Tensor4D;
      }
      case 'relu':
        return tf.relu(x);
      case 'max-pool':
      case 'average-pool':
        return pooled(tf, layer, x);
      case 'global-average-pool':
        return tf.mean(x, [1, 2], true);
      case 'flatten':
        return ofFeatures(x);
      case 'dropout': {
        if (dropoutSeed === null) return x;
        // The draws are 32-bit hashes, which tfjs cannot compute: they are drawn here and sent.
        return tf.mul(x, tf.tensor4d(dropoutFactors(dropoutSeed, layerIndex, layer.rate, x.size), x.shape));
      }
      case 'add':
        return tf.add(x, outputs.get(layer.other)!);
    }
  };

  let previous = INPUT;
  network.layers.forEach((layer, layerIndex) => {
    outputs.set(layer.name, apply(layer, layerIndex, outputs.get(layer.from ?? previous)!));
    previous = layer.name;
  });
  return tf.reshape(outputs.get(previous)!, [count, network.classes]);
}

function pooled(tf: Tf, { kind, size, stride, padding }: PoolingLayer, x: Tensor4D): Tensor4D {
  // The average counts the padding's zeros, as PyTorch does; a maximum never chooses it.
  return kind === 'average-pool'
    ? tf.avgPool(padded(tf, x, padding, 0), size, stride, 'valid')
    : tf.maxPool(padded(tf, x, padding, -Infinity), size, stride, 'valid');
}

const padded = (tf: Tf, x: Tensor4D, padding: number, value: number): Tensor4D =>
  padding === 0
    ? x
    : tf.pad(
        x,
        [
          [0, 0],
          [padding, padding],
          [padding, padding],
          [0, 0],
        ],
        value,
      );
