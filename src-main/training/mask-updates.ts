import type { LayerUpdate, MethodDescription, Positions, RunConfiguration, UpdateRecord } from '../contract/index.ts';
import type { Batch, Engine, EngineSnapshot, KeptBatch } from '../engine/engine.ts';
import { createStream } from '../numerics/random.ts';
import type { ExploredSet } from '../topology/exploration.ts';
import { difference, positionsOf, sharedCount } from '../topology/mask.ts';
import type { Method } from '../topology/methods/index.ts';
import { presentRanks } from '../topology/ranks.ts';
import type { LayerView, UpdateContext } from '../topology/rules.ts';
import { keepsRegrown, planUpdate } from '../topology/update.ts';
import type { GradientMemory } from './gradient-memory.ts';
import { gradientsByRows } from './gradient-rows.ts';
import type { HeldWeights } from './holding-engine.ts';
import { initialDeviation } from './initial-state.ts';
import { recordLayers } from './update-record.ts';

export interface MaskUpdateReport {
  layers: LayerUpdate[];
  /** Per layer, weights that are new: dropped and regrown at once left out. */
  changed: number[];
  /** Active weights per layer before and after. */
  before: number[];
  after: number[];
  record: UpdateRecord;
}

type UpdateMoment = Pick<UpdateContext, 'update' | 'step' | 'totalSteps' | 'rate' | 'density' | 'memory'>;

/** What a run knows of its inactive weights, where its method needs it. */
export interface InactiveWeights {
  gradientMemory: GradientMemory | null;
  held: HeldWeights | null;
  /** Whose layers have names. */
  plan: { layers: readonly { name: string }[] };
}

/**
 * Plans and makes one mask update, and adds what was grown to the explored sets.
 * @param probe samples whose loss is taken just before and just after
 * @throws Error where the engine's masks do not have the planned number of weights afterwards
 */
export async function updateMasks(
  engine: Engine,
  method: MethodDescription & Pick<Method, 'rewiring'>,
  configuration: RunConfiguration,
  explored: readonly ExploredSet[],
  moment: UpdateMoment,
  probe: Batch | KeptBatch,
  inactive: Partial<InactiveWeights> = {},
): Promise<MaskUpdateReport> {
  const { rewiring } = method;
  if (!rewiring) throw new Error(`The method ${method.name} has no mask updates.`);
  const views = await viewLayers(engine, explored, inactive);
  const choices = await planUpdate(rewiring, views, { ...moment, seed: configuration.seed, configuration });
  const recorded = await recordLayers(engine, views, choices);
  const layers = choices.map(({ layer, dropped, grown }): LayerUpdate => ({ layer, dropped, grown }));
  const { loss: lossBefore } = await engine.evaluate(probe);
  const before = views.map((view) => view.positions.length);
  const after = layers.map(({ dropped, grown }, at) => before[at] - dropped.length + grown.length);

  const keeps = keepsRegrown(method, configuration);
  // All plans first: rewiring ends the life of the last batch's gradients.
  const changes = layers
    .filter(({ dropped, grown }) => dropped.length > 0 || grown.length > 0)
    // What the engine does not hear of keeps its value and momentum.
    .map(({ layer, dropped, grown }) =>
      keeps
        ? { layer, dropped: difference(dropped, grown), grown: difference(grown, dropped) }
        : { layer, dropped, grown },
    );
  if (engine.rewireLayers) await engine.rewireLayers(changes);
  else for (const { layer, dropped, grown } of changes) await engine.rewire(layer, dropped, grown);
  for (const { layer, grown } of changes) {
    explored[layer].add(grown);
    if (configuration.growthInitialisation === 'random') await startAtRandom(engine, layer, grown, configuration);
  }
  for (const [at, { layer, dropped, grown }] of layers.entries()) {
    if (dropped.length === 0 && grown.length === 0) continue;
    const active = await engine.activeCount(layer);
    if (active !== after[at]) {
      throw new Error(
        `Update ${moment.update} should leave ${after[at]} weights in layer ${layer}, but ${active} are active.`,
      );
    }
  }
  const changed = layers.map(({ dropped, grown }) => grown.length - sharedCount(dropped, grown));
  const { loss: lossAfter } = await engine.evaluate(probe);
  return { layers, changed, before, after, record: { lossBefore, lossAfter, layers: recorded } };
}

const RANDOM_START = 0.1;

/** A tenth of each position's initial draw, at the run's initial scale for the fan-in that its unit has now. */
async function startAtRandom(
  engine: Engine,
  layer: number,
  grown: Positions,
  { seed, initialisation }: Pick<RunConfiguration, 'seed' | 'initialisation'>,
): Promise<void> {
  if (!engine.setWeights)
    throw new Error(
      `${engine.description.title} cannot start grown weights at random; choose zero, or the cpu engine.`,
    );
  const mask = await engine.mask(layer);
  const weights = await engine.activeWeights(layer);
  const draws = createStream(seed, 'initial weights', layer);
  const positions = positionsOf(mask);
  const ranks = presentRanks(positions, grown);
  for (let at = 0; at < grown.length; at++) {
    const row = Math.floor(grown[at] / mask.inputs);
    const active = mask.rowStarts[row + 1] - mask.rowStarts[row];
    const deviation = initialDeviation(initialisation, active, mask.inputs);
    weights[ranks[at]] = RANDOM_START * deviation * draws.normal(grown[at]);
  }
  await engine.setWeights(layer, weights);
}

async function viewLayers(
  engine: Engine,
  explored: readonly ExploredSet[],
  { gradientMemory, held, plan }: Partial<InactiveWeights>,
): Promise<LayerView[]> {
  const views: LayerView[] = [];
  let snapshot: Promise<EngineSnapshot> | null = null;
  for (let layer = 0; layer < explored.length; layer++) {
    const mask = await engine.mask(layer);
    views.push({
      layer,
      name: plan?.layers[layer]?.name ?? String(layer),
      isLast: layer === explored.length - 1,
      mask,
      positions: positionsOf(mask),
      weights: await engine.activeWeights(layer),
      explored: explored[layer],
      largestInactiveGradients: async (count, dropped, tieSeed) =>
        gradientMemory?.largestInactive(layer, mask, count, dropped.positions, tieSeed) ??
        engine.largestInactiveGradients(layer, count, dropped.ranks, tieSeed),
      gradientsByRows: () => gradientMemory?.byRows(layer) ?? gradientsByRows(engine, layer, mask, 'all'),
      held: () => {
        if (!held) throw new Error('This run keeps no values of inactive weights.');
        return Promise.resolve(held.values(layer));
      },
      gradients: async () => (await engine.gradients(layer)).weights,
      momenta: async () => (await (snapshot ??= engine.snapshot())).layers[layer].momenta,
    });
  }
  return views;
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
