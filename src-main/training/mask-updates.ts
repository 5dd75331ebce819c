import type { LayerUpdate, RunConfiguration } from '../contract/index.ts';
import type { Engine } from '../engine/engine.ts';
import type { ExploredSet } from '../topology/exploration.ts';
import { positionsOf, sharedCount } from '../topology/mask.ts';
import { methods } from '../topology/methods/index.ts';
import { planLayerUpdate } from '../topology/update.ts';

export interface MaskUpdateReport {
  layers: LayerUpdate[];
  /** Per layer, share of active weights that are new: dropped and regrown at once left out. */
  churn: number[];
}

/** Plans and makes one mask update, and adds what was grown to the explored sets. */
export async function updateMasks(
  engine: Engine,
  configuration: RunConfiguration,
  explored: readonly ExploredSet[],
  update: number,
  pruneRate: number,
): Promise<MaskUpdateReport> {
  const { rewiring } = methods[configuration.method];
  if (!rewiring) throw new Error(`The method ${configuration.method} has no mask updates.`);
  const layers: LayerUpdate[] = [];
  const churn: number[] = [];
  for (let layer = 0; layer < explored.length; layer++) {
    const mask = await engine.mask(layer);
    const positions = positionsOf(mask);
    const planned = await planLayerUpdate(
      rewiring,
      {
        layer,
        mask,
        positions,
        weights: await engine.activeWeights(layer),
        largestInactiveGradients: async (count, dropped, tieSeed) =>
          (await engine.largestInactiveGradients(layer, count, dropped, tieSeed)).positions,
      },
      pruneRate,
      { seed: configuration.seed, update },
    );
    layers.push(planned);
    churn.push((planned.grown.length - sharedCount(planned.dropped, planned.grown)) / Math.max(1, positions.length));
  }
  // All plans first: rewiring ends the life of the last batch's gradients.
  for (const { layer, dropped, grown } of layers) {
    if (grown.length === 0) continue;
    await engine.rewire(layer, dropped, grown);
    explored[layer].add(grown);
  }
  return { layers, churn };
}

/** R_s per layer and over all of them. */
export function explorationRates(
  explored: readonly ExploredSet[],
  layers: readonly { prunableWeights: number }[],
): { total: number; layers: number[] } {
  const all = explored.reduce((sum, set) => sum + set.size, 0);
  return {
    total: all / layers.reduce((sum, layer) => sum + layer.prunableWeights, 0),
    layers: explored.map((set, layer) => set.size / layers[layer].prunableWeights),
  };
}
