import type { Tensor } from '@tensorflow/tfjs-core';
import { NORM_EPSILON, NORM_MOMENTUM, type NormState } from '../engine.ts';
import type { Tf } from './tf.ts';
import type { Parameter } from './weights.ts';

/** Mean and biased variance of one batch, per feature, and over how many values. */
export interface NormStatistics {
  mean: Tensor;
  variance: Tensor;
  count: number;
}

/** A batch norm over the last axis. */
export interface TfjsNorm {
  scale: Parameter;
  shift: Parameter;
  /** By the batch's own statistics, which it hands out. */
  train(input: Tensor, scale: Tensor, shift: Tensor): { output: Tensor; statistics: NormStatistics };
  evaluate(input: Tensor): Tensor;
  /** Takes a batch's statistics into the running ones; a single value has no variance to take. */
  follow(statistics: NormStatistics): void;
  state(): Promise<NormState>;
  dispose(): void;
}

export function openNorm(tf: Tf, state: NormState): TfjsNorm {
  const vector = (values: Float32Array) => tf.tensor1d(values.slice());
  const scale: Parameter = { value: vector(state.scale), momenta: vector(state.scaleMomenta), mask: null };
  const shift: Parameter = { value: vector(state.shift), momenta: vector(state.shiftMomenta), mask: null };
  const running = { mean: vector(state.runningMean) as Tensor, variance: vector(state.runningVariance) as Tensor };

  const normalise = (x: Tensor, mean: Tensor, variance: Tensor, by: Tensor, plus: Tensor) =>
    tf.add(tf.mul(tf.sub(x, mean), tf.mul(by, tf.rsqrt(tf.add(variance, NORM_EPSILON)))), plus);

  function mix(name: 'mean' | 'variance', now: Tensor, factor: number): void {
    const before = running[name];
    running[name] = tf.tidy(() => tf.add(tf.mul(before, 1 - NORM_MOMENTUM), tf.mul(now, NORM_MOMENTUM * factor)));
    before.dispose();
  }

  const read = async (tensor: Tensor) => (await tensor.data<'float32'>()).slice();

  return {
    scale,
    shift,
    train(input, by, plus) {
      const axes = input.shape.slice(0, -1).map((_, axis) => axis);
      const { mean, variance } = tf.moments(input, axes);
      const count = input.size / mean.size;
      return { output: normalise(input, mean, variance, by, plus), statistics: { mean, variance, count } };
    },
    evaluate: (input) => normalise(input, running.mean, running.variance, scale.value, shift.value),
    follow({ mean, variance, count }) {
      mix('mean', mean, 1);
      if (count > 1) mix('variance', variance, count / (count - 1));
    },
    state: async () => ({
      scale: await read(scale.value),
      shift: await read(shift.value),
      scaleMomenta: await read(scale.momenta),
      shiftMomenta: await read(shift.momenta),
      runningMean: await read(running.mean),
      runningVariance: await read(running.variance),
    }),
    dispose: () => [running.mean, running.variance].forEach((tensor) => tensor.dispose()),
  };
}
