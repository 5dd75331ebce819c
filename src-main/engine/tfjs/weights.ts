import type { Tensor } from '@tensorflow/tfjs-core';
import type { Mask, Positions } from '../../contract/index.ts';
import { fanIn, type WeightLayer } from '../../networks/specification.ts';
import { applyUpdate, positionsOf } from '../../topology/mask.ts';
import type { LayerState } from '../engine.ts';
import { locate, locateActive, patternOf, indicesAfterDrop } from '../positions.ts';
import type { Tf } from './tf.ts';

/** A trained tensor and its velocity. `mask` is 1 where it is active, 0 elsewhere; null where all of it is. */
export interface Parameter {
  value: Tensor;
  momenta: Tensor;
  mask: Tensor | null;
}

/** One layer's weights, dense; inactive ones are zero and stay so, as their momenta are. */
export interface TfjsWeights {
  layer: WeightLayer;
  weights: Parameter;
  /** null where the layer has none. */
  biases: Parameter | null;
  mask(): Mask;
  /** Values laid out like the weights, dense, `[out * fan-in]` in mask order; a copy. */
  read(tensor: Tensor): Promise<Float32Array>;
  /** Of such values the active ones. */
  activeOf(values: Float32Array): Float32Array;
  /** As many as are active, in mask order. */
  setWeights(values: Float32Array): void;
  /** @throws EngineError where a dropped position is not active, or a grown one is */
  rewire(dropped: Positions, grown: Positions): void;
  state(): Promise<LayerState>;
}

export function openWeights(tf: Tf, layer: WeightLayer, state: LayerState): TfjsWeights {
  let mask = copyOf(state.mask);
  const size = layer.outputs * fanIn(layer);

  /** Convolutions are laid out as tfjs wants them, `[height, width, in, out]`; linear layers as masks do, `[out, in]`. */
  function tensorOf(values: Float32Array): Tensor {
    if (layer.kind === 'linear') return tf.tensor2d(values, [layer.outputs, layer.inputs]);
    const { outputs, inputs, kernel } = layer;
    return tf.tidy(() => tf.transpose(tf.tensor4d(values, [outputs, inputs, ...kernel]), [2, 3, 1, 0]));
  }

  async function read(tensor: Tensor): Promise<Float32Array> {
    // A backend may hand out its own memory.
    if (layer.kind === 'linear') return (await tensor.data<'float32'>()).slice();
    const turned = tf.transpose(tensor, [3, 2, 0, 1]);
    const values = (await turned.data<'float32'>()).slice();
    turned.dispose();
    return values;
  }

  function scatter(values: Float32Array): Float32Array {
    const dense = new Float32Array(size);
    positionsOf(mask).forEach((position, k) => (dense[position] = values[k]));
    return dense;
  }

  const maskTensor = () =>
    mask.columns.length === size ? null : tensorOf(scatter(new Float32Array(mask.columns.length).fill(1)));

  const weights: Parameter = {
    value: tensorOf(scatter(state.weights)),
    momenta: tensorOf(scatter(state.momenta)),
    mask: maskTensor(),
  };
  const vector = (values: Float32Array) => tf.tensor1d(values.slice());
  const biases: Parameter | null = layer.bias
    ? { value: vector(state.biases), momenta: vector(state.biasMomenta), mask: null }
    : null;
  const activeOf = (values: Float32Array) => Float32Array.from(positionsOf(mask), (position) => values[position]);
  const readVector = async (tensor: Tensor | undefined) =>
    tensor ? (await tensor.data<'float32'>()).slice() : new Float32Array(0);

  return {
    layer,
    weights,
    biases,
    mask: () => copyOf(mask),
    read,
    activeOf,

    setWeights(values) {
      weights.value.dispose();
      weights.value = tensorOf(scatter(values));
    },

    rewire(dropped, grown) {
      const pattern = patternOf(layer.name, mask);
      const out = locateActive(dropped, 'dropped', pattern);
      // For its check alone: here the index of a weight does not depend on the others.
      indicesAfterDrop(layer.name, grown, locate(grown, 'grown', pattern), out.indices);
      const survives = new Uint8Array(size).fill(1);
      for (const position of dropped) survives[position] = 0;
      mask = applyUpdate(mask, dropped, grown);
      const before = [weights.value, weights.momenta, weights.mask];
      const keep = tensorOf(Float32Array.from(survives));
      // Chosen, not multiplied: a dropped -1 would leave -0, a dropped NaN itself.
      [weights.value, weights.momenta] = [weights.value, weights.momenta].map((tensor) =>
        tf.tidy(() => tf.where(tf.cast(keep, 'bool'), tensor, tf.zerosLike(tensor))),
      );
      weights.mask = maskTensor();
      keep.dispose();
      before.forEach((tensor) => tensor?.dispose());
    },

    async state() {
      return {
        mask: copyOf(mask),
        weights: activeOf(await read(weights.value)),
        momenta: activeOf(await read(weights.momenta)),
        biases: await readVector(biases?.value),
        biasMomenta: await readVector(biases?.momenta),
      };
    },
  };
}

const copyOf = (mask: Mask): Mask => ({
  ...mask,
  rowStarts: mask.rowStarts.slice(),
  columns: mask.columns.slice(),
});
