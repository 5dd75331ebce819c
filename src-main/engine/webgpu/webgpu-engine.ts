import { checkBatch } from '../check-batch.ts';
import { checkOpening } from '../check-opening.ts';
import { buildGraph } from '../cpu/graph.ts';
import { type Engine, EngineError, type EngineOpening } from '../engine.ts';
import { batchResult, lanesOf, stepWords, wholeWords } from './batch.ts';
import { adapterTitle, textOf } from './device.ts';
import { findGrowthCandidates } from './growth.ts';
import { createMemory, type Memory } from './memory.ts';
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
}

export interface WebGpuEngine extends Engine {
  /** Bytes on the card by what they are for. */
  memory(): ReturnType<Memory['usage']>;
}

/** Results of steps that a caller may start before it has those of earlier ones. */
const STEPS_AHEAD = 3;

/**
 * Truly sparse arithmetic on a GPU: weights, states, masks and activations stay on the card. A step is one command
 * buffer; its result comes when the card is through with it, and later steps may be asked for before.
 * Same opening, device and driver give the same bits. @throws EngineError where network or state do not fit the device
 */
export async function openWebGpuEngine(
  opening: EngineOpening,
  { device, adapter }: WebGpuAccess,
): Promise<WebGpuEngine> {
  checkOpening(opening, 'WebGPU');
  const { network, largestBatch, labelSmoothing } = opening;
  const graph = buildGraph(network);
  const memory = createMemory(device, network.name);
  const step = memory.uniform(stepWords(1, 0, null), 'the step');
  const binder: Binder = { memory, step, vectors: lanesOf(largestBatch) / 4 };
  const plan = await withErrors(device, memory, network.name, () => buildPlan(binder, graph, opening));
  const readBacks = createReadBacks(device, lanesOf(largestBatch) * 16, STEPS_AHEAD);
  const queue = createQueue(`The WebGPU engine of ${network.name}`, device);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const limits = { largestBatch, features, classes: network.classes };
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
      throw new EngineError(`Gradients of layer ${layer.place.layer.name} are gone: it was rewired`);
    return layer;
  }

  /** Submits one pass over a batch and gives its result when it is there. */
  async function pass(
    batch: Parameters<Engine['evaluate']>[0],
    dispatches: ReturnType<Plan['training']>,
    smoothing: number,
    settings: Parameters<Engine['trainStep']>[1] | null,
  ) {
    const { count } = batch;
    device.queue.writeBuffer(plan.pixels, 0, wholeWords(batch.pixels));
    device.queue.writeBuffer(plan.labels, 0, wholeWords(new Uint8Array(Uint16Array.from(batch.labels).buffer)));
    device.queue.writeBuffer(step, 0, stepWords(count, smoothing, settings));
    const encoder = device.createCommandEncoder();
    encodePass(encoder, dispatches, lanesOf(count) / 4);
    const read = readBacks.copy(encoder, plan.results, count * 16);
    device.queue.submit([encoder.finish()]);
    return batchResult(new Float32Array(await read()), count, network.classes, smoothing);
  }

  return {
    description: { id: 'webgpu', title: `WebGPU, ${adapterTitle(adapter ?? device.adapterInfo)}`, threads: 1 },

    trainStep: (batch, settings) =>
      queue.submit(() => {
        checkBatch(batch, limits);
        const result = pass(batch, training, labelSmoothing, settings);
        trainedVectors = lanesOf(batch.count) / 4;
        rewired.clear();
        return result;
      }),

    evaluate: (batch) =>
      queue.submit(() => {
        checkBatch(batch, limits);
        trainedVectors = 0;
        return pass(batch, evaluation(), 0, null);
      }),

    mask: (layer) => queue.submit(() => Promise.resolve(layerAt(layer).mask())),
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
        await withErrors(device, memory, network.name, () => target.rewire(dropped, grown));
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
  };
}

/** Runs `work` and turns what the device has against it into an error. */
async function withErrors<T>(device: GPUDevice, memory: Memory, network: string, work: () => T): Promise<T> {
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
  if (room) {
    const total = Object.values(memory.usage()).reduce((sum, bytes) => sum + bytes, 0);
    const needed = `${Math.round(total / 2 ** 20).toLocaleString('en')} MiB`;
    throw new EngineError(`${network} does not fit the GPU's memory: it needs ${needed}. ${room.message}`);
  }
  throw new EngineError(`The GPU refused ${network}: ${fault ? fault.message : textOf(thrown)}`, { cause: thrown });
}
