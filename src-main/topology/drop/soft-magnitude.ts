import { createStream } from '../../numerics/random.ts';
import { temperedOrder } from '../soft-sampling.ts';
import type { DropRule } from '../rules.ts';

/** Keeps a sample without replacement, chances as |w|^T with T rising from 1 to 9 (CHTs; itop.md 3); drops the rest. */
export const dropSoftMagnitudes: DropRule = (view, count, context) => {
  const stream = createStream(context.seed, 'soft drop', view.layer, context.update);
  const order = temperedOrder(view.weights.map(Math.abs), (index) => stream.uniform(view.positions[index]), context);
  return Uint32Array.from(order.slice(order.length - count)).sort();
};
