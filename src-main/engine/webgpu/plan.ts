import type { Graph, Node, NormNode, WeightNode } from '../cpu/graph.ts';
import type { EngineOpening } from '../engine.ts';
import { crossEntropy } from './kernels/cross-entropy.wgsl.ts';
import { pack } from './kernels/pack.wgsl.ts';
import { type CardNorm, openNorm } from './norm-layer.ts';
import { type NodeWork, otherWork } from './node-work.ts';
import { type Binder, type Dispatch, dispatch, flatGroups } from './programs.ts';
import { allocateTensors, rowsOf } from './tensors.ts';
import { type CardLayer, openWeightLayer } from './weight-layer.ts';

/** A network as the card carries it out. */
export interface Plan {
  layers: CardLayer[];
  norms: CardNorm[];
  /** All of a training step, in order; changes with a mask. */
  training(): Dispatch[];
  evaluation(): Dispatch[];
  /** Bytes `[sample][feature]`, and one a sample. */
  pixels: GPUBuffer;
  labels: GPUBuffer;
  /** Four floats a sample: see `crossEntropy`. */
  results: GPUBuffer;
}

type Step = { layer: CardLayer } | { work: NodeWork };

/** @throws EngineError where the network is too large for the device */
export function buildPlan(binder: Binder, graph: Graph, opening: EngineOpening): Plan {
  const { memory, vectors } = binder;
  const { network, state, mean, deviation, largestBatch } = opening;
  const tensors = allocateTensors(memory, graph, largestBatch);
  const { stride } = tensors;
  const features = rowsOf(graph.input);
  const pixels = memory.allocate(features * vectors, 'batch', 'the pixels');
  const labels = memory.allocate(2 * vectors, 'batch', 'the labels');
  const results = memory.allocate(vectors * 16, 'batch', 'the results');
  const scales = Float32Array.from(deviation, (value) => 1 / (255 * value));
  const shifts = Float32Array.from(mean, (value, channel) => -value / deviation[channel]);

  const layers: CardLayer[] = [];
  const norms: CardNorm[] = [];
  const steps = graph.nodes.map((node): Step => {
    const { kind } = node.layer;
    if (kind === 'linear' || kind === 'convolution') {
      const layer = openWeightLayer(binder, node as WeightNode, state.layers[layers.length], tensors);
      layers.push(layer);
      return { layer };
    }
    if (kind === 'batch-norm') {
      const norm = openNorm(binder, node as NormNode, state.norms[norms.length], tensors);
      norms.push(norm);
      return { work: norm };
    }
    const other = node as Exclude<Node, WeightNode | NormNode>;
    return { work: otherWork(binder, other, tensors, network.layers.indexOf(node.layer)) };
  });

  const read = dispatch(
    binder,
    pack,
    { features, channels: mean.length, stride },
    {
      pixels,
      scales: memory.upload(scales, 'plan', 'the pixel scales'),
      shifts: memory.upload(shifts, 'plan', 'the pixel shifts'),
      outputs: tensors.values(graph.input),
    },
    (vectors) => flatGroups(features * vectors),
  );
  const loss = dispatch(
    binder,
    crossEntropy,
    { classes: network.classes, stride, mode: graph.lossMode },
    { labels, logits: tensors.values(graph.logits), gradients: tensors.gradients(graph.logits)!, results },
    (vectors) => [Math.ceil(vectors / 16), 1, 1],
  );

  const forward = (step: Step) => ('layer' in step ? step.layer.arithmetic().forward : step.work.forward);
  const evaluate = (step: Step) => ('layer' in step ? step.layer.arithmetic().forward : step.work.evaluate);
  const backward = (step: Step) => ('layer' in step ? step.layer.backward() : step.work.backward);
  return {
    layers,
    norms,
    training: () => [read, ...steps.flatMap(forward), loss, ...steps.toReversed().flatMap(backward)],
    evaluation: () => [read, ...steps.flatMap(evaluate), loss],
    pixels,
    labels,
    results,
  };
}
