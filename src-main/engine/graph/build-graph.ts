import { INPUT, outputShapes } from '../../networks/shapes.ts';
import {
  LAYER_TRAITS,
  type ImageShape,
  type LayerSpecification,
  type NetworkSpecification,
} from '../../networks/specification.ts';
import { MODE_ACCUMULATE, MODE_MASK, MODE_NONE } from './modes.ts';
import type { Graph, Node } from './nodes.ts';
import type { Tensor, TensorMaker } from './tensor.ts';

/** Tensors that say nothing of where they are in memory. */
const plainTensors: TensorMaker<Tensor> = {
  tensor: (shape) => ({ shape, rectified: false, gradient: null }),
  gradient: (shape) => ({ shape }),
};

/**
 * The network's layers as operations over tensors: ReLUs are taken into the layer before, flattening is a name, and every
 * gradient has the mode with which each of its parts is left.
 * @throws RangeError where layers do not fit together, or nothing reads the output of one
 */
export function buildGraph(network: NetworkSpecification): Graph {
  return buildGraphOf(network, plainTensors);
}

/** The same with an engine's own tensors. */
export function buildGraphOf<T extends Tensor>(network: NetworkSpecification, make: TensorMaker<T>): Graph<T> {
  const shapes = outputShapes(network);
  const readers = readersOf(network);
  const tensorOf = (shape: ImageShape): T => make.tensor(shape);
  const input = tensorOf(network.inputShape);
  const byName = new Map<string, T>([[INPUT, input]]);
  const makers = new Map<T, Node<T>>();
  /** Layers that only give a tensor another name. */
  const renaming = new Set<LayerSpecification>();
  const nodes: Node<T>[] = [];
  let previous = INPUT;

  /** Layers that read a tensor under any of its names. */
  const readersOfTensor = (tensor: T) =>
    [...byName].filter(([, other]) => other === tensor).flatMap(([name]) => readers.get(name) ?? []);

  /** The tensor that a layer leaves as it is, or changes only on its maker's way. */
  function renamed(layer: LayerSpecification, from: T): boolean {
    if (layer.kind === 'flatten') {
      const here = readers.get(layer.name)!;
      const onlyLinear = here.length > 0 && here.every(({ kind }) => kind === 'linear');
      return onlyLinear || from.shape[0] * from.shape[1] === 1;
    }
    if (layer.kind !== 'relu') return false;
    if (from.rectified) return true;
    const maker = makers.get(from);
    const others = readersOfTensor(from).filter((reader) => reader !== layer && !renaming.has(reader));
    if (!maker || !LAYER_TRAITS[maker.layer.kind].takesRelu || others.length > 0) return false;
    from.rectified = true;
    return true;
  }

  network.layers.forEach((layer, index) => {
    const from = byName.get(layer.from ?? previous)!;
    previous = layer.name;
    if (readers.get(layer.name)!.length === 0 && index + 1 < network.layers.length)
      throw new RangeError(`nothing reads the output of ${layer.name}`);
    if (renamed(layer, from)) {
      renaming.add(layer);
      byName.set(layer.name, from);
      return;
    }
    const output = tensorOf(shapes.get(layer.name)!);
    output.rectified = layer.kind === 'relu';
    const inputs = layer.kind === 'add' ? [from, byName.get(layer.other)!] : [from];
    const node = { layer, inputs, output, backwardModes: inputs.map(() => MODE_NONE) } as Node<T>;
    byName.set(layer.name, output);
    makers.set(output, node);
    nodes.push(node);
  });
  const logits = byName.get(previous)!;
  const lossMode = arrangeGradients(nodes, logits, make);
  return { input, nodes, logits, lossMode };
}

/** Layers that read the output of each name. */
function readersOf({ layers }: NetworkSpecification): Map<string, LayerSpecification[]> {
  const readers = new Map<string, LayerSpecification[]>([INPUT, ...layers.map(({ name }) => name)].map((n) => [n, []]));
  layers.forEach((layer, i) => {
    readers.get(layer.from ?? layers[i - 1]?.name ?? INPUT)!.push(layer);
    if (layer.kind === 'add') readers.get(layer.other)!.push(layer);
  });
  return readers;
}

/** Gives tensors their gradients and everyone who leaves a part of one the mode to do it with. */
function arrangeGradients<T extends Tensor>(nodes: Node<T>[], logits: T, make: TensorMaker<T>): number {
  const wants = new Set<T>();
  for (const { layer, inputs, output } of nodes)
    if (layer.kind === 'linear' || layer.kind === 'convolution' || layer.kind === 'batch-norm') wants.add(output);
    else if (inputs.some((input) => wants.has(input))) wants.add(output);
  const uses = new Map<T, number>([[logits, 1]]);
  for (const input of nodes.flatMap(({ inputs }) => inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  const left = new Map<T, number>();

  /** One more part of a gradient: stored by the first, masked by the last. */
  function nextMode(tensor: T): number {
    const before = left.get(tensor) ?? 0;
    left.set(tensor, before + 1);
    const last = before + 1 === uses.get(tensor);
    return (before > 0 ? MODE_ACCUMULATE : 0) | (last && tensor.rectified ? MODE_MASK : 0);
  }

  if (wants.has(logits)) logits.gradient = make.gradient(logits.shape);
  const lossMode = nextMode(logits);
  for (const node of nodes.toReversed()) {
    const { layer, inputs, output } = node;
    if (!output.gradient) continue;
    // An add's second summand comes first: the first may then change what the sum left.
    for (let i = inputs.length - 1; i >= 0; i--) {
      const input = inputs[i];
      if (!wants.has(input)) continue;
      const mode = nextMode(input);
      const alone = i === 0 && uses.get(input) === 1 && LAYER_TRAITS[layer.kind].gradient !== 'apart';
      if (alone) input.gradient = output.gradient;
      else input.gradient ??= make.gradient(input.shape);
      const isCopy = LAYER_TRAITS[layer.kind].gradient === 'passed';
      node.backwardModes[i] = alone && isCopy && mode === 0 ? MODE_NONE : mode;
    }
  }
  return lossMode;
}
