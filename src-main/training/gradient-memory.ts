import type { Mask, Positions, RunConfiguration } from '../contract/index.ts';
import type { Engine } from '../engine/engine.ts';
import { selectLargestMagnitudes } from '../numerics/selection.ts';
import { tieOrder } from '../numerics/tie-order.ts';
import { difference, positionsOf } from '../topology/mask.ts';
import type { Method } from '../topology/methods/index.ts';
import { gradientsByRows } from './gradient-rows.ts';

/**
 * Gradients of every position, over several steps: what a method remembers of weights it does not have. Needs a number
 * for each position, and at every step that it takes in, the weight gradient of the dense network.
 */
export interface GradientMemory {
  /** Per layer `[out * inputs]`; what a checkpoint keeps. */
  readonly values: Float32Array[];
  /** Whether the gradients of this step count towards the next update. */
  observes(step: number): boolean;
  /** Takes in the engine's last gradients. */
  observe(engine: Engine): Promise<void>;
  /** As the engine's own, of what is remembered instead of the last batch's gradient. */
  largestInactive(layer: number, mask: Mask, count: number, dropped: Positions, tieSeed: number): Positions;
  /** What is remembered of every position of a layer, as `gradientsByRows` gives it. */
  byRows(layer: number): AsyncIterable<{ firstRow: number; gradients: Float32Array }>;
  /** After an update. */
  endInterval(): void;
}

const MOST_BYTES = 2 ** 30;

/** Null where the method goes by the last batch alone. @throws RangeError where the memory would be too large */
export function createGradientMemory(
  method: Pick<Method, 'name' | 'rewiring'>,
  configuration: RunConfiguration,
  masks: readonly Pick<Mask, 'outputs' | 'inputs'>[],
  updateSteps: readonly number[],
  saved: readonly Float32Array[] | null,
): GradientMemory | null {
  const remembered = method.rewiring?.remembers?.(configuration);
  if (!remembered || updateSteps.length === 0) return null;
  const { decay, steps } = remembered;
  const bytes = masks.reduce((sum, { outputs, inputs }) => sum + outputs * inputs * 4, 0);
  if (bytes > MOST_BYTES) {
    throw new RangeError(
      `The method ${method.name} remembers a gradient for every position: here ` +
        `${(bytes / 2 ** 30).toFixed(1)} GiB, of at most ${MOST_BYTES / 2 ** 30}. Choose a smaller network or rigl.`,
    );
  }
  const values = masks.map(({ outputs, inputs }, layer) => saved?.[layer] ?? new Float32Array(outputs * inputs));
  let next = 0;
  return {
    values,
    observes(step) {
      while (next < updateSteps.length && updateSteps[next] < step) next++;
      return next < updateSteps.length && updateSteps[next] - step < steps;
    },
    async observe(engine) {
      for (const [layer, mask] of masks.entries()) {
        const all = values[layer];
        for await (const { firstRow, gradients } of gradientsByRows(engine, layer, mask, 'all')) {
          const first = firstRow * mask.inputs;
          for (let at = 0; at < gradients.length; at++) all[first + at] = decay * all[first + at] + gradients[at];
        }
      }
    },
    largestInactive(layer, mask, count, dropped, tieSeed) {
      const candidates = values[layer].slice();
      for (const position of difference(positionsOf(mask), dropped)) candidates[position] = 0;
      const chosen = selectLargestMagnitudes(candidates, count, (position) => tieOrder(position, tieSeed));
      return Float64Array.from(chosen).sort();
    },
    async *byRows(layer) {
      yield { firstRow: 0, gradients: values[layer] };
    },
    endInterval() {
      // A window starts anew; what decays goes on.
      if (Number.isFinite(steps)) values.forEach((all) => all.fill(0));
    },
  };
}
