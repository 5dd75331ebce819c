import { isWeightLayer } from '../../networks/specification.ts';
import type { EngineOptions } from '../engine.ts';
import type { Graph, NormNode, WeightNode } from './graph.ts';
import type { Kernels } from './kernels.ts';
import * as layout from './kernels/layout.ts';
import { planNorm, planOther, type PlannedLayer, type PlannedNode, type PlannedNorm, planWeights } from './layers.ts';
import { openGraph } from './open-graph.ts';
import { crossEntropyOperation } from './operations/cross-entropy.ts';
import { packOperation } from './operations/pack.ts';
import { scratchBytes } from './operations/weights.ts';
import { arrangeStages, type PlannedStage, type Task } from './schedule.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { ChooseStorage } from './weight-storage.ts';
import type { Tensor } from './tensor.ts';

/** A network as the engine carries it out: what is where, and which work follows which. */
export interface Plan {
  /** Forward, loss and back to the gradients of all activations. */
  training: PlannedStage[];
  /** Forward and loss, with running statistics and without dropout. */
  evaluation: PlannedStage[];
  layers: PlannedLayer[];
  norms: PlannedNorm[];
  /** Values of one sample. */
  features: number;
  /** `[largestBatch rounded up to tiles, features]` */
  pixels: number;
  labels: number;
  /** Labels of the images that are mixed in. */
  partners: number;
  results: number;
  /** Room of its own for each thread. */
  scratch: { address: number; stride: number };
}

/** @throws EngineError where the network is not one that this engine can run, or the state does not fit it */
export function buildPlan(
  shared: SharedMemory,
  kernels: Kernels,
  opening: EngineOptions,
  variant: number,
  storage: ChooseStorage,
): Plan {
  const graph = openGraph(opening);
  const { network, state, largestBatch, mean, deviation } = opening;
  const tiles = Math.ceil(largestBatch / layout.TILE);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const pixels = shared.allocate(tiles * layout.TILE * features, 'batch');
  const labels = shared.allocate(tiles * layout.TILE * layout.LABEL_BYTES, 'batch');
  const partners = shared.allocate(tiles * layout.TILE * layout.LABEL_BYTES, 'batch');
  const results = shared.allocate(tiles * layout.RESULT_BYTES, 'batch');
  allocateTensors(shared, graph, tiles);

  const scratchStride = Math.max(...network.layers.filter(isWeightLayer).map(scratchBytes));
  const scratch = { address: shared.allocate(opening.threads * scratchStride, 'scratch'), stride: scratchStride };
  const context = { shared, kernels, opening, variant, tiles, storage };
  let layers = 0;
  let norms = 0;
  const planned = graph.nodes.map((node): PlannedNode => {
    const { kind } = node.layer;
    if (kind === 'linear' || kind === 'convolution')
      return planWeights(context, node as WeightNode, state.layers[layers++]);
    if (kind === 'batch-norm') return planNorm(context, node as NormNode, state.norms[norms++]);
    const layerIndex = network.layers.indexOf(node.layer);
    return planOther(context, node as Exclude<typeof node, WeightNode | NormNode>, layerIndex);
  });
  const forwardTask = (operation: Task['operation'], along: Tensor): Task => ({
    operation,
    verb: layout.VERB_FORWARD,
    along,
    local: true,
  });
  const pack = forwardTask(packOperation(shared, pixels, graph.input, mean, deviation), graph.input);
  const judge = crossEntropyOperation(shared, graph.logits, graph.lossMode, labels, partners, results);
  const loss = forwardTask(judge, graph.logits);
  return {
    training: arrangeStages([
      pack,
      ...planned.flatMap(({ forward }) => forward),
      loss,
      ...planned.toReversed().flatMap(({ backward }) => backward),
    ]),
    evaluation: arrangeStages([
      ...planned.flatMap(({ evaluate }) => evaluate),
      pack,
      ...planned.flatMap(({ forward }) => forward.filter(({ verb }) => verb === layout.VERB_FORWARD)),
      loss,
    ]),
    layers: planned.flatMap(({ layer }) => layer ?? []),
    norms: planned.flatMap(({ norm }) => norm ?? []),
    features,
    pixels,
    labels,
    partners,
    results,
    scratch,
  };
}

function allocateTensors(shared: SharedMemory, { input, nodes }: Graph, tiles: number): void {
  for (const tensor of [input, ...nodes.map(({ output }) => output)]) {
    const { gradient, halo } = tensor;
    const [height, width, channels] = tensor.shape;
    const pixelBytes = channels * layout.TILE_BYTES;
    const rowBytes = (halo: number) => (width + 2 * halo) * pixelBytes;
    const tileBytes = (halo: number) => (height + 2 * halo) * rowBytes(halo);
    const allocate = (halo: number) =>
      shared.allocate(tiles * tileBytes(halo), 'activations') + halo * rowBytes(halo) + halo * pixelBytes;
    tensor.values = allocate(halo);
    // A gradient that several share is there already.
    if (gradient && gradient.address === 0) gradient.address = allocate(gradient.halo);
    tensor.address = shared.allocate(layout.TENSOR_WORDS * 4, 'plan');
    const words = shared.words(tensor.address, layout.TENSOR_WORDS);
    words[layout.TENSOR_VALUES] = tensor.values;
    words[layout.TENSOR_VALUE_ROW_BYTES] = rowBytes(halo);
    words[layout.TENSOR_VALUE_TILE_BYTES] = tileBytes(halo);
    words[layout.TENSOR_GRADIENTS] = gradient?.address ?? 0;
    words[layout.TENSOR_GRADIENT_ROW_BYTES] = rowBytes(gradient?.halo ?? 0);
    words[layout.TENSOR_GRADIENT_TILE_BYTES] = tileBytes(gradient?.halo ?? 0);
    words[layout.TENSOR_HEIGHT] = height;
    words[layout.TENSOR_WIDTH] = width;
    words[layout.TENSOR_CHANNELS] = channels;
    words[layout.TENSOR_PIXEL_BYTES] = pixelBytes;
    words[layout.TENSOR_STRIPS] = tensor.strips;
  }
}
