import { requireConfiguration, type Mask } from '../../src-main/contract/index.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import type { LayerView, UpdateContext } from '../../src-main/topology/rules.ts';

/** A layer as an update sees it; what is not given is zero or empty. */
export function layerView(mask: Mask, given: Partial<LayerView> = {}): LayerView {
  const positions = positionsOf(mask);
  const explored = createExploredSet(mask.outputs, mask.inputs);
  explored.add(positions);
  return {
    layer: 0,
    mask,
    positions,
    weights: new Float32Array(positions.length),
    explored,
    largestInactiveGradients: async () => new Float64Array(0),
    held: async () => new Float32Array(mask.outputs * mask.inputs),
    gradients: async () => new Float32Array(positions.length),
    momenta: async () => new Float32Array(positions.length),
    ...given,
  };
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
