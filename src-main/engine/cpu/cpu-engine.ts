import { type Engine, EngineError, type EngineOptions, type LayerChange, requireCount } from '../engine.ts';
import type { WeightStorage } from './weight-storage.ts';
import { createTurns } from '../turns.ts';
import { loadBatch, readResult, writeStep } from './batch.ts';
import { measuredStorage } from './crossover.ts';
import { gradientRows } from './gradient-rows.ts';
import { findGrowthCandidates } from './growth.ts';
import { STEP_BYTES, TILE, WEIGHTS_BIAS_GRADIENTS, WEIGHTS_GRADIENTS, WEIGHTS_WORDS } from './kernels/layout.ts';
import { instantiateKernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import { buildPlan } from './plan.ts';
import { createSharedMemory, type MemoryUsage } from './shared-memory.ts';
import { createStages } from './stages.ts';
import { type SpawnThread, startThreads } from './threads.ts';
import { chooseVariant } from './variants.ts';
import type { ChooseStorage, Rewiring } from './weight-storage.ts';

/** What the engine needs from where it runs. */
export interface CpuAccess {
  module: WebAssembly.Module;
  simd: 'relaxed' | 'plain';
  spawnThread: SpawnThread;
  /** Measured where absent. */
  storage?: ChooseStorage;
}

export interface CpuEngine extends Engine {
  memory(): MemoryUsage;
}

/**
 * Truly sparse arithmetic on the CPU: work and memory follow the active weights. Results do not depend on the number of
 * threads, bit for bit; they do on `simd`. Blocks its thread while it computes, so it must not run where a window lives.
 * @throws EngineError where the network, its state or the machine do not allow it
 */
export async function openCpuEngine(opening: EngineOptions, access: CpuAccess): Promise<CpuEngine> {
  const { network, largestBatch, labelSmoothing, threads } = opening;
  const shared = createSharedMemory();
  const kernels = instantiateKernels(access.module, shared.memory);
  const variant = chooseVariant(access.module);
  const plan = buildPlan(shared, kernels, opening, variant, access.storage ?? measuredStorage(access.module, variant));
  const step = shared.allocate(STEP_BYTES, 'plan');
  const team = await startThreads(threads, shared, access.module, kernels, access.spawnThread);
  const stages = createStages(shared, kernels, team, plan, step);
  const limits = { largestBatch, classes: network.classes };

  const turns = createTurns(`The CPU engine of ${network.name}`);
  /** Samples of the last training step, 0 where its activations are gone. */
  let trainedCount = 0;
  /** Layers rewired since. */
  const rewired = new Set<number>();

  function layerAt(index: number): PlannedLayer {
    const layer = plan.layers[index];
    if (!layer) throw new EngineError(`There is no layer ${index}: ${network.name} has ${plan.layers.length}`);
    return layer;
  }

  /** Tiles of the last training step. @throws EngineError where its gradients are gone */
  function trainedTiles(index: number): number {
    if (trainedCount === 0)
      throw new EngineError('Gradients are known only after a training step and before an evaluation');
    if (rewired.has(index))
      throw new EngineError(`Gradients of layer ${layerAt(index).weights.layer.name} are gone: it was rewired`);
    return Math.ceil(trainedCount / TILE);
  }

  async function rewireLayers(changes: readonly LayerChange[]): Promise<void> {
    const ordered = changes.map((change) => ({ ...change, size: layerAt(change.layer).weights.activeCount() }));
    // The longest job first; as many at once as their lists take little memory.
    ordered.sort((a, b) => b.size - a.size || a.layer - b.layer);
    for (const group of groupsOf(ordered)) await rewireTogether(group);
  }

  async function rewireTogether(changes: readonly LayerChange[]): Promise<void> {
    const open: { layer: number; rewiring: Rewiring }[] = [];
    const faults: Error[] = [];
    /** `work` tells whether the layer is rewired now. */
    const attempt = (layer: number, work: () => boolean) => {
      try {
        if (work()) rewired.add(layer);
      } catch (error) {
        faults.push(error instanceof Error ? error : new EngineError(String(error)));
      }
    };
    for (const { layer, dropped, grown } of changes)
      attempt(layer, () => {
        const rewiring = layerAt(layer).weights.rewiring(dropped, grown);
        if (rewiring) open.push({ layer, rewiring });
        return rewiring === null;
      });
    await stages.rewire(open.map(({ rewiring }) => rewiring.job));
    for (const { layer, rewiring } of open)
      attempt(layer, () => {
        rewiring.finish();
        return true;
      });
    for (const { layer } of changes) layerAt(layer).operation.describe();
    if (faults.length > 0) throw faults[0];
  }

  /** Works a layer's gradients out anew and reads them from where they are for a moment. */
  async function withGradients<T>(
    layer: number,
    read: (weights: WeightStorage, ofWeights: number, ofBiases: number) => T,
  ): Promise<T> {
    const { weights, operation } = layerAt(layer);
    trainedTiles(layer);
    const ofWeights = shared.allocate(weights.gradientBytes(), 'gradients');
    const ofBiases = shared.allocate((weights.layer.bias ? weights.layer.outputs : 0) * 4, 'gradients');
    try {
      const words = shared.words(operation.address, WEIGHTS_WORDS);
      words[WEIGHTS_GRADIENTS] = ofWeights;
      words[WEIGHTS_BIAS_GRADIENTS] = ofBiases;
      await stages.gradients(operation);
      return read(weights, ofWeights, ofBiases);
    } finally {
      operation.describe();
      shared.free(ofWeights);
      shared.free(ofBiases);
    }
  }

  return {
    description: {
      id: 'cpu',
      title: `CPU, ${access.simd} SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      threads,
    },

    trainStep: (batch, settings) =>
      turns.take(async () => {
        loadBatch(shared, plan, batch, limits);
        trainedCount = 0;
        writeStep(shared, step, batch, labelSmoothing, settings);
        await stages.train(Math.ceil(batch.count / TILE));
        await stages.update();
        trainedCount = batch.count;
        rewired.clear();
        return readResult(shared, plan.results, batch.count);
      }),

    evaluate: (batch) =>
      turns.take(async () => {
        loadBatch(shared, plan, batch, limits);
        trainedCount = 0;
        writeStep(shared, step, batch, 0, null);
        await stages.evaluate(Math.ceil(batch.count / TILE));
        return readResult(shared, plan.results, batch.count);
      }),

    mask: (layer) => turns.take(() => layerAt(layer).weights.mask()),
    activeCount: (layer) => turns.take(() => layerAt(layer).weights.activeCount()),
    activeWeights: (layer) => turns.take(() => layerAt(layer).weights.activeWeights()),
    setWeights: (layer, values) =>
      turns.take(() => {
        const { weights } = layerAt(layer);
        requireCount(weights.layer.name, values, weights.activeCount());
        weights.setWeights(values);
      }),
    biases: (layer) => turns.take(() => layerAt(layer).weights.biases()),

    gradients: (layer) =>
      turns.take(() =>
        withGradients(layer, (weights, ofWeights, ofBiases) => ({
          weights: weights.gradientsAt(ofWeights),
          biases: Float32Array.from(shared.reals(ofBiases, weights.layer.bias ? weights.layer.outputs : 0)),
        })),
      ),
    gradientNorm: (layer) =>
      turns.take(() => withGradients(layer, (weights, ofWeights) => weights.gradientNormAt(ofWeights))),

    gradientRows: (layer, firstRow, endRow, of) =>
      turns.take(() => {
        trainedTiles(layer);
        return gradientRows(shared, stages, layerAt(layer), firstRow, endRow, of);
      }),

    largestInactiveGradients: (layer, count, dropped, tieSeed) =>
      turns.take(() => {
        const planned = layerAt(layer);
        if (!Number.isInteger(count) || count < 0) throw new EngineError(`Cannot look for ${count} candidates`);
        return findGrowthCandidates(
          shared,
          kernels,
          stages,
          threads,
          planned,
          trainedTiles(layer),
          count,
          dropped,
          tieSeed,
        );
      }),

    rewire: (layer, dropped, grown) => turns.take(() => rewireLayers([{ layer, dropped, grown }])),
    rewireLayers: (changes) => turns.take(() => rewireLayers(changes)),

    snapshot: () =>
      turns.take(() => ({
        layers: plan.layers.map(({ weights }) => weights.state()),
        norms: plan.norms.map((norm) => norm.state()),
      })),

    close: () =>
      turns.end(async () => {
        await team.close();
        shared.freeAll();
      }),

    memory: () => shared.usage(),
  };
}

/** Positions listed at once while layers are rewired together; a layer with more is rewired by itself. */
const POSITIONS_TOGETHER = 1 << 20;

function groupsOf(changes: readonly LayerChange[]): LayerChange[][] {
  const groups: LayerChange[][] = [];
  let listed = Infinity;
  for (const change of changes) {
    const count = change.dropped.length + change.grown.length;
    if (listed + count > POSITIONS_TOGETHER) {
      groups.push([]);
      listed = 0;
    }
    groups.at(-1)!.push(change);
    listed += count;
  }
  return groups;
}
