import type { Graph, Node, NormNode, WeightNode } from '../graph/nodes.ts';
import type { EngineOptions } from '../engine.ts';
import { type BatchInput, createBatchInput } from './batch-input.ts';
import { crossEntropy } from './kernels/cross-entropy.wgsl.ts';
import { type CardNorm, openNorm } from './norm-layer.ts';
import { type NodeWork, otherWork } from './node-work.ts';
import { type Binder, type Dispatch, dispatch } from './programs.ts';
import { allocateTensors } from './tensors.ts';
import { type CardLayer, openWeightLayer } from './weight-layer.ts';

/** A network as the card carries it out. */
export interface Plan {
  layers: CardLayer[];
  norms: CardNorm[];
  /** All of a training step once its batch is there, in order; changes with a mask. */
  training(): Dispatch[];
  evaluation(): Dispatch[];
  input: BatchInput;
  /** Four floats a sample: see `crossEntropy`. */
  results: GPUBuffer;
}

type Step = { layer: CardLayer } | { work: NodeWork };

/** @throws EngineError where the network is too large for the device */
export function buildPlan(binder: Binder, graph: Graph, opening: EngineOptions): Plan {
  const { memory, vectors } = binder;
  const { network, state, largestBatch } = opening;
  const tensors = allocateTensors(memory, graph, largestBatch, opening.activations ?? 'f32');
  const { stride } = tensors;
  const results = memory.allocate(vectors * 16, 'batch', 'the results');

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

  const input = createBatchInput(binder, opening, tensors.values(graph.input), stride);
  const loss = dispatch(
    binder,
    crossEntropy,
    { classes: network.classes, stride, mode: graph.lossMode },
    {
      labels: input.labels,
      logits: tensors.values(graph.logits),
      gradients: tensors.gradients(graph.logits)!,
      results,
    },
    (vectors) => [Math.ceil(vectors / 16), 1, 1],
  );

  const forward = (step: Step) => ('layer' in step ? step.layer.arithmetic().forward : step.work.forward);
  const evaluate = (step: Step) => ('layer' in step ? step.layer.arithmetic().forward : step.work.evaluate);
  const backward = (step: Step) => ('layer' in step ? step.layer.backward() : step.work.backward);
  return {
    layers,
    norms,
    training: () => [...steps.flatMap(forward), loss, ...steps.toReversed().flatMap(backward)],
    evaluation: () => [...steps.flatMap(evaluate), loss],
    input,
    results,
  };
}
