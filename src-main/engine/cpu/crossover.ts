import { fanIn, prunableLayers, type NetworkSpecification, type WeightLayer } from '../../networks/specification.ts';
import { type EngineOptions, type LayerState, STEP_AT_REST, type StepSettings } from '../engine.ts';
import { writeStep } from './batch.ts';
import { denseBytes } from './dense-weights.ts';
import * as layout from './kernels/layout.ts';
import { instantiateKernels, type Kernels } from './kernels.ts';
import { buildPlan, type Plan } from './plan.ts';
import { createSharedMemory, type SharedMemory } from './shared-memory.ts';
import type { ChooseStorage } from './weight-storage.ts';

type ShapeClass = 'linear' | 'pointwise' | 'convolution';

/** Dense storage stays within what sparse storage would take at most: offset, weight and momentum by rows, and by columns. */
const MOST_BYTES_PER_ACTIVE_WEIGHT = 24;
const TRIAL_DENSITY = 0.5;
const TRIAL_BATCH = 64;
/** Long enough for the optimising compiler to have taken over. */
const WARM_UP_MILLISECONDS = 6;
const ROUNDS = 5;
const STEP: StepSettings = { ...STEP_AT_REST, momentum: 0.9, nesterov: true };

const measured = new WeakMap<WebAssembly.Module, Map<ShapeClass, number>>();

/**
 * How layers keep their weights: dense where all are active, and where a layer is so dense that the register blocks
 * make up for the zeros. From which density on is measured on this machine when first needed, once for each compiled
 * module and class of shapes (at most three, about 30 ms each). The choice never shows in the results.
 */
export function measuredStorage(module: WebAssembly.Module, variant: number): ChooseStorage {
  return (layer, activeWeights) => {
    const positions = layer.outputs * fanIn(layer);
    if (activeWeights === positions) return 'dense';
    if (denseBytes(layer.outputs, fanIn(layer)) > MOST_BYTES_PER_ACTIVE_WEIGHT * activeWeights) return 'sparse';
    return activeWeights / positions >= crossoverDensity(module, variant, classOf(layer)) ? 'dense' : 'sparse';
  };
}

function classOf(layer: WeightLayer): ShapeClass {
  if (layer.kind === 'linear') return 'linear';
  return layer.kernel[0] * layer.kernel[1] === 1 ? 'pointwise' : 'convolution';
}

/** The density from which on a layer of this class is faster in dense storage; more than 1 where none is. */
export function crossoverDensity(module: WebAssembly.Module, variant: number, shapeClass: ShapeClass): number {
  const known = measured.get(module) ?? new Map<ShapeClass, number>();
  measured.set(module, known);
  let density = known.get(shapeClass);
  if (density === undefined) {
    density = measure(module, variant, shapeClass);
    known.set(shapeClass, density);
  }
  return density;
}

/** Sparse work grows with the density, dense work does not: one measurement of each gives where they meet. */
function measure(module: WebAssembly.Module, variant: number, shapeClass: ShapeClass): number {
  const trials = (['dense', 'sparse'] as const).map((storage) => {
    const shared = createSharedMemory();
    const kernels = instantiateKernels(module, shared.memory);
    const opening = trialOpening(trialNetwork(shapeClass));
    const choose: ChooseStorage = (layer) => (layer.name === 'trial' ? storage : 'dense');
    return trainingWork(shared, kernels, buildPlan(shared, kernels, opening, variant, choose));
  });
  for (const work of trials) {
    const endsAt = performance.now() + WARM_UP_MILLISECONDS;
    do work();
    while (performance.now() < endsAt);
  }
  const best = trials.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++)
    trials.forEach((work, i) => {
      const startedAt = performance.now();
      work();
      best[i] = Math.min(best[i], performance.now() - startedAt);
    });
  return (TRIAL_DENSITY * best[0]) / best[1];
}

/** Forward, backward and update of one layer alone, on this thread. */
function trainingWork(shared: SharedMemory, kernels: Kernels, { layers, scratch }: Plan): () => void {
  const { operation, input, output, fused } = layers[1];
  const step = shared.allocate(layout.STEP_BYTES, 'trial');
  writeStep(shared, step, { count: TRIAL_BATCH }, 0, STEP);
  const stepWords = shared.words(step, layout.STEP_WORDS);
  stepWords[layout.STEP_SCRATCH] = scratch.address;
  stepWords[layout.STEP_SCRATCH_STRIDE] = scratch.stride;
  const stageOf = (kind: number, verb: number, strips: number) => {
    const tasks = shared.allocate(layout.TASK_WORDS * 4, 'trial');
    shared.words(tasks, layout.TASK_WORDS).set([operation.address, verb]);
    const stage = shared.allocate(layout.STAGE_WORDS * 4, 'trial');
    const words = shared.words(stage, layout.STAGE_WORDS);
    words[layout.STAGE_KIND] = kind;
    words[layout.STAGE_TASKS] = tasks;
    words[layout.STAGE_TASK_COUNT] = 1;
    words[layout.STAGE_STEP] = step;
    words[layout.STAGE_STRIPS_A_TILE] = strips;
    words[layout.STAGE_ITEMS] =
      kind === layout.STAGE_STRIPS ? (TRIAL_BATCH / layout.TILE) * strips : kernels.countRowBlocks(stage);
    return stage;
  };
  const stages = [
    stageOf(layout.STAGE_STRIPS, layout.VERB_FORWARD, output.strips),
    ...(fused
      ? [stageOf(layout.STAGE_FUSED, layout.VERB_BACKWARD_UPDATE, 1)]
      : [stageOf(layout.STAGE_STRIPS, layout.VERB_BACKWARD, input.strips), stageOf(layout.STAGE_UPDATE, 0, 1)]),
  ];
  return () =>
    stages.forEach((stage) => {
      shared.words(stage, layout.STAGE_WORDS)[layout.STAGE_NEXT] = 0;
      kernels.execute(stage, 0);
    });
}

/** The layer `trial` between two others, so that gradients flow through it. */
function trialNetwork(shapeClass: ShapeClass): NetworkSpecification {
  const after = { kind: 'linear', name: 'after', outputs: 10, bias: true } as const;
  if (shapeClass === 'linear') {
    const linear = (name: string, inputs: number, outputs: number) =>
      ({ kind: 'linear', name, inputs, outputs, bias: true }) as const;
    return {
      name: 'trial',
      inputShape: [8, 8, 1],
      classes: 10,
      layers: [linear('before', 64, 256), linear('trial', 256, 256), { ...after, inputs: 256 }],
    };
  }
  const size = shapeClass === 'pointwise' ? 1 : 3;
  const convolution = (name: string, inputs: number, outputs: number, side: number) =>
    ({
      kind: 'convolution',
      name,
      inputs,
      outputs,
      kernel: [side, side] as [number, number],
      stride: 1,
      padding: (side - 1) / 2,
      bias: false,
    }) as const;
  return {
    name: 'trial',
    inputShape: [8, 8, 1],
    classes: 10,
    layers: [
      convolution('before', 1, 32, 1),
      convolution('trial', 32, 32, size),
      { kind: 'global-average-pool', name: 'pool' },
      { ...after, inputs: 32 },
    ],
  };
}

function trialOpening(network: NetworkSpecification): EngineOptions {
  return {
    network,
    state: { layers: prunableLayers(network).map(trialState), norms: [] },
    largestBatch: TRIAL_BATCH,
    mean: [0],
    deviation: [1],
    labelSmoothing: 0,
    threads: 1,
  };
}

/** Every position of the layers around; in the trial's, those whose hash says so. */
function trialState(layer: WeightLayer): LayerState {
  const { outputs } = layer;
  const inputs = fanIn(layer);
  const share = layer.name === 'trial' ? TRIAL_DENSITY * 2 ** 32 : 2 ** 32;
  const rowStarts = new Uint32Array(outputs + 1);
  const columns: number[] = [];
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < inputs; column++)
      if (Math.imul(row * inputs + column + 1, 0x9e3779b1) >>> 0 < share) columns.push(column);
    rowStarts[row + 1] = columns.length;
  }
  const biases = layer.bias ? outputs : 0;
  return {
    mask: { outputs, inputs, rowStarts, columns: Uint32Array.from(columns) },
    weights: new Float32Array(columns.length).fill(0.01),
    momenta: new Float32Array(columns.length),
    biases: new Float32Array(biases),
    biasMomenta: new Float32Array(biases),
  };
}
