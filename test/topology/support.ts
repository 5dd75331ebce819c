import type { Mask } from '../../src-main/contract/index.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { selectLargestMagnitudes } from '../../src-main/numerics/selection.ts';
import { tieOrder } from '../../src-main/numerics/tie-order.ts';
import { positionsOf, withoutRanks } from '../../src-main/topology/mask.ts';
import type { Dropped, LayerView, UpdateContext } from '../../src-main/topology/rules.ts';
import { requireConfiguration } from '../support/methods.ts';

/** A layer as an update sees it; what is not given is zero or empty. */
export function layerView(mask: Mask, given: Partial<LayerView> = {}): LayerView {
  const positions = positionsOf(mask);
  const explored = createExploredSet(mask.outputs, mask.inputs);
  explored.add(positions);
  return {
    layer: 0,
    name: 'fc1',
    isLast: false,
    mask,
    positions,
    weights: new Float32Array(positions.length),
    explored,
    largestInactiveGradients: async () => new Float64Array(0),
    gradientsByRows: async function* () {
      yield { firstRow: 0, gradients: new Float32Array(mask.outputs * mask.inputs) };
    },
    held: async () => new Float32Array(mask.outputs * mask.inputs),
    gradients: async () => new Float32Array(positions.length),
    momenta: async () => new Float32Array(positions.length),
    ...given,
  };
}

/** A layer with these gradients of every position `[outputs * inputs]`, given in stretches of three rows. */
export function gradientView(mask: Mask, weights: Float32Array, dense: Float32Array, given: Partial<LayerView> = {}) {
  const view = layerView(mask, { weights, ...given });
  return {
    ...view,
    gradientsByRows: async function* () {
      for (let firstRow = 0; firstRow < mask.outputs; firstRow += 3) {
        const end = Math.min(mask.outputs, firstRow + 3) * mask.inputs;
        yield { firstRow, gradients: dense.slice(firstRow * mask.inputs, end) };
      }
    },
    largestInactiveGradients: async (count: number, dropped: Dropped, tieSeed: number) => {
      const candidates = dense.slice();
      for (const position of withoutRanks(view.positions, dropped.ranks)) candidates[position] = 0;
      const chosen = selectLargestMagnitudes(candidates, count, (position) => tieOrder(position, tieSeed));
      return Float64Array.from(chosen).sort();
    },
  } satisfies LayerView;
}

/** The tenth step of a hundred, the first update, by default a prune rate of 0.3. */
export const updateContext = (given: Partial<UpdateContext> = {}): UpdateContext => ({
  seed: 1,
  update: 1,
  step: 10,
  totalSteps: 100,
  rate: 0.3,
  density: null,
  configuration: requireConfiguration({ method: 'set' }),
  memory: {},
  ...given,
});
