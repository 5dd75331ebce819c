import { checkOpening } from '../check-opening.ts';
import { buildGraph } from '../graph/build-graph.ts';
import {
  type Batch,
  type BatchResult,
  type Engine,
  EngineError,
  type EngineOptions,
  type KeptBatch,
  type StepSettings,
} from '../engine.ts';
import { abilitiesOf } from './abilities.ts';
import { batchResult, lanesOf, stepWords } from './batch.ts';
import { adapterTitle, isSoftwareAdapter, type OptionalFeature, textOf } from './device.ts';
import { findGrowthCandidates } from './growth.ts';
import type { Abilities } from './kernel.ts';
import { createMemory, type Memory } from './memory.ts';
import { describeNeeds, type Need, needsOf, refuseWhatDoesNotFit } from './needs.ts';
import { buildPlan, type Plan } from './plan.ts';
import { type Binder, encodePass } from './programs.ts';
import { createReadBacks } from './read-backs.ts';
import type { CardLayer } from './weight-layer.ts';
import { createQueue } from './queue.ts';

/** What the engine needs from where it runs. The device stays the caller's: closing an engine does not destroy it. */
export interface WebGpuAccess {
  device: GPUDevice;
  /** Where the device does not tell of its adapter itself (Chromium before 131). */
  adapter?: GPUAdapterInfo;
  /** Features that are left unused though the device has them. */
  without?: readonly OptionalFeature[];
}

export interface WebGpuEngine extends Engine {
  /** Bytes on the card by what they are for. */
  memory(): ReturnType<Memory['usage']>;
  /** Which of the device's optional features its kernels use. */
  abilities: Abilities;
}

/** Enough that the card has work while the host reads a result, and few enough that runs on one card take turns. */
const STEPS_AHEAD = 3;

/**
 * Truly sparse arithmetic on a GPU: weights, states, masks and activations stay on the card. A step is one command
 * buffer; its result comes when the card is through with it, and later steps may be asked for before.
 * Same opening, device and driver give the same bits. @throws EngineError where network or state do not fit the device
 */
export async function openWebGpuEngine(
  opening: EngineOptions,
  { device, adapter, without = [] }: WebGpuAccess,
): Promise<WebGpuEngine> {
  checkOpening(opening, 'WebGPU', ['f32', 'f16']);
  const { network, largestBatch, labelSmoothing } = opening;
  const graph = buildGraph(network);
  const needs = needsOf(graph, opening);
  refuseWhatDoesNotFit(device, network.name, needs);
  const info = adapter ?? device.adapterInfo;
  const abilities = await abilitiesOf(device, info, without);
  const memory = createMemory(device, network.name);
  const step = memory.uniform(stepWords({ count: 1 }, 0, null), 'the step');
  const binder: Binder = { memory, step, vectors: lanesOf(largestBatch) / 4, abilities };
  const plan = await withErrors(device, network.name, needs, () => buildPlan(binder, graph, opening)).catch(
    (error: unknown) => {
      memory.freeAll();
      throw error;
    },
  );
  const readBacks = createReadBacks(device, lanesOf(largestBatch) * 16, STEPS_AHEAD);
  const queue = createQueue(`The WebGPU engine of ${network.name}`, device);
  let training = plan.training();
  const evaluation = () => plan.evaluation();

  /** Vectors of four samples of the last training step, 0 where its activations are gone. */
  let trainedVectors = 0;
  /** Layers rewired since. */
  const rewired = new Set<number>();

  function layerAt(index: number): CardLayer {
    const layer = plan.layers[index];
    if (!layer) throw new EngineError(`There is no layer ${index}: ${network.name} has ${plan.layers.length}`);
    return layer;
  }

  /** @throws EngineError where the gradients of the last training step are gone */
  function trainedLayer(index: number): CardLayer {
    const layer = layerAt(index);
    if (trainedVectors === 0)
      throw new EngineError('Gradients are known only after a training step and before an evaluation');
    if (rewired.has(index))
      throw new EngineError(`Gradients of layer ${layer.bindings.layer.name} are gone: it was rewired`);
    return layer;
  }

  /** Submits one pass over a batch, which is on its way once this returns, and gives its result when it is there. */
  function pass(
    batch: Batch | KeptBatch,
    dispatches: ReturnType<Plan['training']>,
    smoothing: number,
    settings: StepSettings | null,
  ): Promise<BatchResult> {
    const { count } = batch;
    const take = plan.input.load(batch);
    device.queue.writeBuffer(step, 0, stepWords(batch, smoothing, settings));
    const encoder = device.createCommandEncoder();
    encodePass(encoder, [...take, ...dispatches], lanesOf(count) / 4);
    const read = readBacks.copy(encoder, plan.results, count * 16);
    device.queue.submit([encoder.finish()]);
    return read().then((results) => batchResult(new Float32Array(results), count, network.classes, smoothing));
  }

  return {
    description: { id: 'webgpu', title: titleOf(info, opening, abilities), threads: 1 },

    stepsAhead: STEPS_AHEAD,

    trainStep(batch, settings) {
      const own = queue.isFree() ? batch : copyOf(batch);
      return queue.submit(() => {
        const result = pass(own, training, labelSmoothing, settings);
        trainedVectors = lanesOf(own.count) / 4;
        rewired.clear();
        return result;
      });
    },

    evaluate(batch) {
      const own = queue.isFree() ? batch : copyOf(batch);
      return queue.submit(() => {
        const result = pass(own, evaluation(), 0, null);
        trainedVectors = 0;
        return result;
      });
    },

    keepImages: (images) => queue.exclusive(() => plan.input.keep(images)),

    mask: (layer) => queue.submit(() => Promise.resolve(layerAt(layer).mask())),
    activeCount: (layer) => queue.submit(() => Promise.resolve(layerAt(layer).mask().columns.length)),
    activeWeights: (layer) => queue.submit(() => layerAt(layer).activeWeights()),
    biases: (layer) => queue.submit(() => layerAt(layer).biases()),
    gradients: (layer) => queue.submit(() => trainedLayer(layer).gradients()),

    gradientRows: (layer, firstRow, endRow, of) =>
      queue.submit(() => trainedLayer(layer).gradientRows(trainedVectors, firstRow, endRow, of)),

    setWeights: (layer, weights) =>
      queue.submit(() => {
        layerAt(layer).setWeights(weights);
        return Promise.resolve();
      }),

    largestInactiveGradients: (layer, count, dropped, tieSeed) =>
      queue.exclusive(() => {
        if (!Number.isInteger(count) || count < 0) throw new EngineError(`Cannot look for ${count} candidates`);
        return findGrowthCandidates(binder, trainedLayer(layer), trainedVectors, count, dropped, tieSeed);
      }),

    rewire: (layer, dropped, grown) =>
      queue.exclusive(async () => {
        const target = layerAt(layer);
        await withErrors(device, network.name, needs, () => target.rewire(dropped, grown));
        rewired.add(layer);
        training = plan.training();
      }),

    snapshot: () =>
      queue.submit(async () => {
        const [layers, norms] = await Promise.all([
          Promise.all(plan.layers.map((layer) => layer.state())),
          Promise.all(plan.norms.map((norm) => norm.state())),
        ]);
        return { layers, norms };
      }),

    close: () =>
      queue.end(() => {
        readBacks.free();
        memory.freeAll();
      }),

    memory: () => memory.usage(),
    abilities,
  };
}

function titleOf(adapter: GPUAdapterInfo, { activations = 'f32' }: EngineOptions, { halves }: Abilities): string {
  const software = isSoftwareAdapter(adapter) ? ' (a software adapter)' : '';
  const storage = activations === 'f16' ? `, activations stored as f16 (${halves})` : '';
  return `WebGPU, ${adapterTitle(adapter)}${software}${storage}`;
}

/** For a call that has to wait for its turn. */
const copyOf = (batch: Batch | KeptBatch): Batch | KeptBatch =>
  'pixels' in batch
    ? { ...batch, pixels: batch.pixels.slice(), labels: batch.labels.slice() }
    : { ...batch, samples: batch.samples.slice(), labels: batch.labels.slice() };

/** Runs `work` and turns what the device has against it into an error. */
async function withErrors<T>(device: GPUDevice, network: string, needs: readonly Need[], work: () => T): Promise<T> {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  let result: T | undefined;
  let thrown: unknown;
  try {
    result = work();
  } catch (error) {
    thrown = error;
  }
  const [room, fault] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  if (!thrown && !room && !fault) return result as T;
  if (thrown instanceof EngineError) throw thrown;
  if (room)
    throw new EngineError(
      `${network} does not fit the GPU's memory. ${describeNeeds(needs)} A smaller batch or a higher sparsity needs ` +
        `less. The device says: ${room.message}`,
    );
  throw new EngineError(`The GPU refused ${network}: ${fault ? fault.message : textOf(thrown)}`, { cause: thrown });
}
