import type { Tensor } from '@tensorflow/tfjs-core';
import type { StepSettings } from '../engine.ts';
import type { Tf } from './tf.ts';
import type { Parameter } from './weights.ts';

/** One optimiser step (`StepSettings`) on the active entries of a parameter, dense tensors times masks. */
export function descend(tf: Tf, parameter: Parameter, gradient: Tensor, settings: StepSettings): void {
  const { learningRate, momentum, nesterov, weightDecay } = settings;
  const { value, momenta, mask } = parameter;
  const [moved, velocity] = tf.tidy((): Tensor[] => {
    const whole = tf.add(gradient, tf.mul(value, weightDecay));
    const decayed = mask ? tf.mul(whole, mask) : whole;
    const velocity = tf.add(tf.mul(momenta, momentum), decayed);
    const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
    return [tf.sub(value, tf.mul(direction, learningRate)), velocity];
  });
  value.dispose();
  momenta.dispose();
  parameter.value = moved;
  parameter.momenta = velocity;
}
