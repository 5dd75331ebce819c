import { MODE_NONE } from '../graph/modes.ts';
import { byKind, type OtherNode, type OtherNodeTable } from '../graph/nodes.ts';
import { type EngineOptions, type LayerState, type NormState } from '../engine.ts';
import { openDenseWeights } from './dense-weights.ts';
import type { NormNode, PlainNode, PoolNode, WeightNode } from './graph.ts';
import type { Kernels } from './kernels.ts';
import * as layout from './kernels/layout.ts';
import { denseOperation } from './operations/dense-weights.ts';
import { openNorm } from './operations/norm.ts';
import type { Operation } from './operations/operation.ts';
import { dropoutOperation, plainOperation } from './operations/plain.ts';
import { poolOperation } from './operations/pool.ts';
import { weightsOperation } from './operations/weights.ts';
import { type Task, windowsStayInStrips } from './schedule.ts';
import type { SharedMemory } from './shared-memory.ts';
import { openSparseWeights } from './sparse-weights.ts';
import type { Tensor } from './tensor.ts';
import type { ChooseStorage, Storage, WeightStorage } from './weight-storage.ts';
import { type Window, windowOf } from './window.ts';

export interface PlannedLayer {
  weights: WeightStorage;
  operation: Operation;
  input: Tensor;
  output: Tensor;
  window: Window;
  /** Whether the weights make their step on the way back, and none in the update. */
  fused: boolean;
}

export interface PlannedNorm {
  state(): NormState;
}

/** What a node adds to each pass through the network. */
export interface PlannedNode {
  forward: Task[];
  backward: Task[];
  /** Before a forward pass that is not a training step. */
  evaluate: Task[];
  layer?: PlannedLayer;
  norm?: PlannedNorm;
}

export interface PlanContext {
  shared: SharedMemory;
  kernels: Kernels;
  opening: EngineOptions;
  variant: number;
  tiles: number;
  /** How a layer with that many active weights keeps them. */
  storage: ChooseStorage;
}

/** A weight layer; how its weights are kept, and by which kernels, is decided here and nowhere else. */
export function planWeights(context: PlanContext, node: WeightNode, state: LayerState): PlannedNode {
  const { layer, output } = node;
  const [input] = node.inputs;
  const window = windowOf(layer, input, output);
  const byColumns = input.gradient !== null;
  const onePixel = output.shape[0] * output.shape[1] === 1;
  const storage = context.storage(layer, state.mask.columns.length);
  const fused = storage === 'sparse' && byColumns && !onePixel;
  const { weights, operation } = openWeights(context, node, state, window, storage, fused);
  const pointwise =
    layer.kind === 'convolution' && layer.kernel.join() === '1,1' && layer.stride === 1 && layer.padding === 0;
  const task = (verb: number, along: Tensor): Task => ({ operation, verb, along, local: pointwise });
  const backward: Task = fused
    ? { operation, verb: layout.VERB_BACKWARD_UPDATE }
    : task(layout.VERB_BACKWARD, onePixel ? output : input);
  return {
    forward: [task(layout.VERB_FORWARD, output)],
    backward: byColumns ? [backward] : [],
    evaluate: [],
    layer: {
      weights,
      operation,
      input,
      output,
      window,
      fused,
    },
  };
}

function openWeights(
  { shared, kernels, variant, opening }: PlanContext,
  node: WeightNode,
  state: LayerState,
  window: Window,
  storage: Storage,
  fused: boolean,
): Pick<PlannedLayer, 'weights' | 'operation'> {
  const { layer } = node;
  const { threads } = opening;
  if (storage === 'dense') {
    const weights = openDenseWeights(shared, layer, state, window);
    const operation = denseOperation(shared, node, weights, window, threads);
    return { weights, operation };
  }
  const byColumns = node.inputs[0].gradient !== null;
  const weights = openSparseWeights(shared, kernels, layer, state, window, { byColumns, fused });
  const operation = weightsOperation(shared, node, weights, window, { variant, threads, fused });
  return { weights, operation };
}

export function planNorm({ shared, tiles }: PlanContext, node: NormNode, state: NormState): PlannedNode {
  const {
    layer: { features: channels },
    inputs: [input],
    output,
  } = node;
  const norm = openNorm(shared, node, state, tiles);
  const { operation } = norm;
  const strips = (verb: number): Task => ({ operation, verb, along: input, local: true });
  return {
    forward: [
      strips(layout.VERB_STATISTICS),
      { operation, verb: layout.VERB_FINISH, channels },
      strips(layout.VERB_FORWARD),
    ],
    backward: [
      { operation, verb: layout.VERB_BACKWARD_STATISTICS, along: output, local: true },
      { operation, verb: layout.VERB_BACKWARD_FINISH, channels },
      ...(input.gradient ? [strips(layout.VERB_BACKWARD)] : []),
    ],
    evaluate: [{ operation, verb: layout.VERB_EVALUATE, channels }],
    norm,
  };
}

/** Every layer without parameters. @param index among the network's layers */
export function planOther(context: PlanContext, node: OtherNode<Tensor>, index: number): PlannedNode {
  const { operation, local } = byKind(OPENERS, node, context, index);
  const { inputs, output, backwardModes } = node;
  const along = node.layer.kind === 'flatten' ? output : inputs[0];
  const goesBack = inputs.some((input, i) => input.gradient !== null && backwardModes[i] !== MODE_NONE);
  return {
    forward: [{ operation, verb: layout.VERB_FORWARD, along: output, local }],
    backward: goesBack ? [{ operation, verb: layout.VERB_BACKWARD, along, local }] : [],
    evaluate: [],
  };
}

interface OpenedOperation {
  operation: Operation;
  /** Whether a work item reads only what the same item of the stage before wrote. */
  local: boolean;
}

const openPlain = (node: PlainNode, { shared }: PlanContext): OpenedOperation => ({
  operation: plainOperation(shared, node),
  local: node.layer.kind !== 'flatten',
});
const openPool = (node: PoolNode, { shared, tiles }: PlanContext): OpenedOperation => ({
  operation: poolOperation(shared, node, tiles),
  local: staysInStrips(node),
});

const OPENERS: OtherNodeTable<Tensor, [context: PlanContext, index: number], OpenedOperation> = {
  relu: openPlain,
  flatten: openPlain,
  add: openPlain,
  dropout: (node, { shared }, index) => ({ operation: dropoutOperation(shared, node, index), local: true }),
  'max-pool': openPool,
  'average-pool': openPool,
  'global-average-pool': openPool,
};

function staysInStrips({ layer, inputs: [input], output }: PoolNode): boolean {
  if (layer.kind === 'global-average-pool' || layer.padding > 0 || layer.stride !== layer.size) return false;
  return windowsStayInStrips(input, output, layer.size);
}
