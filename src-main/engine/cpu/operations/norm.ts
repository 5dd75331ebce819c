import { MODE_PLAIN, MODE_RELU } from '../../graph/modes.ts';
import type { NormNode } from '../graph.ts';
import { EngineError, type NormState } from '../../engine.ts';
import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import { createOperation, type Operation } from './operation.ts';

const PURPOSE = 'norms';
const STATE_WORDS = {
  scale: layout.NORM_SCALE,
  shift: layout.NORM_SHIFT,
  scaleMomenta: layout.NORM_SCALE_MOMENTA,
  shiftMomenta: layout.NORM_SHIFT_MOMENTA,
  runningMean: layout.NORM_RUNNING_MEAN,
  runningVariance: layout.NORM_RUNNING_VARIANCE,
} satisfies Record<keyof NormState, number>;
const NAMES = Object.keys(STATE_WORDS) as (keyof NormState)[];

export interface Norm {
  operation: Operation;
  state(): NormState;
}

/**
 * A batch norm, with the ReLU after it where its output is rectified.
 * @throws EngineError where the state does not fit the layer
 */
export function openNorm(
  shared: SharedMemory,
  { layer, inputs: [input], output, backwardModes: [backwardMode] }: NormNode,
  state: NormState,
  tiles: number,
): Norm {
  const { features } = layer;
  const addresses = NAMES.map((name) => {
    if (state[name].length !== features)
      throw new EngineError(`Layer ${layer.name}: its ${name} has ${state[name].length} entries, not ${features}`);
    const address = shared.allocate(features * 4, PURPOSE);
    shared.reals(address, features).set(state[name]);
    return address;
  });
  const coefficients = shared.allocate(features * layout.COEFFICIENT_BYTES, PURPOSE);
  const partials = shared.allocate(tiles * input.strips * features * layout.PARTIAL_BYTES, 'activations');
  const operation = createOperation(shared, layout.OPERATION_NORM, layout.NORM_WORDS, input, output, () => ({
    [layout.OPERATION_FORWARD_MODE]: output.rectified ? MODE_RELU : MODE_PLAIN,
    [layout.OPERATION_BACKWARD_MODE]: backwardMode,
    ...Object.fromEntries(NAMES.map((name, i) => [STATE_WORDS[name], addresses[i]])),
    [layout.NORM_COEFFICIENTS]: coefficients,
    [layout.NORM_PARTIALS]: partials,
  }));
  const copies = () => NAMES.map((name, i) => [name, Float32Array.from(shared.reals(addresses[i], features))]);
  return { operation, state: () => Object.fromEntries(copies()) as Record<keyof NormState, Float32Array> };
}
