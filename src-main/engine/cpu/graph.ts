import type {
  AddLayer,
  BatchNormLayer,
  DropoutLayer,
  FlattenLayer,
  GlobalAveragePoolLayer,
  ImageShape,
  LayerSpecification,
  NetworkSpecification,
  PoolingLayer,
  ReluLayer,
  WeightLayer,
} from '../../networks/specification.ts';
import { INPUT, outputShapes } from '../../networks/shapes.ts';
import { MODE_ACCUMULATE, MODE_MASK, MODE_NONE } from './kernels/layout.ts';
import type { Tensor } from './tensor.ts';
import { gradientHalo } from './window.ts';

interface NodeOf<L extends LayerSpecification> {
  layer: L;
  inputs: Tensor[];
  output: Tensor;
  /** How each input's gradient is left, MODE_NONE where nothing is to be done. */
  backwardModes: number[];
}

export type WeightNode = NodeOf<WeightLayer>;
export type NormNode = NodeOf<BatchNormLayer>;
export type PoolNode = NodeOf<PoolingLayer | GlobalAveragePoolLayer>;
export type DropoutNode = NodeOf<DropoutLayer>;
export type PlainNode = NodeOf<ReluLayer | FlattenLayer | AddLayer>;
export type Node = WeightNode | NormNode | PoolNode | DropoutNode | PlainNode;

/** What remains of a network's layers once nothing is left that another operation does on its way. */
export interface Graph {
  input: Tensor;
  /** In the order of the forward pass. */
  nodes: Node[];
  logits: Tensor;
  /** How the loss leaves the gradient of the logits. */
  lossMode: number;
}

const MOST_STRIPS = 8;
const MOST_PLACES = 256;
/** Layers whose gradient may lie where that of their output does: one value each, of the same shape. */
const IN_PLACE = new Set<LayerSpecification['kind']>(['batch-norm', 'relu', 'dropout', 'add']);
const TAKES_RELU = new Set<LayerSpecification['kind']>(['linear', 'convolution', 'batch-norm', 'add']);

/** @throws RangeError where layers do not fit together, or the output of one is of no use */
export function buildGraph(network: NetworkSpecification): Graph {
  const shapes = outputShapes(network);
  const takers = takersOf(network);
  const input = tensorOf(network.inputShape);
  const byName = new Map<string, Tensor>([[INPUT, input]]);
  const makers = new Map<Tensor, Node>();
  /** Layers that only give a tensor another name. */
  const renaming = new Set<LayerSpecification>();
  const nodes: Node[] = [];
  let previous = INPUT;

  /** Takers of a tensor under any of its names. */
  const takersOfTensor = (tensor: Tensor) =>
    [...byName].filter(([, other]) => other === tensor).flatMap(([name]) => takers.get(name) ?? []);

  /** The tensor that a layer leaves as it is, or changes only on its maker's way. */
  function renamed(layer: LayerSpecification, from: Tensor): boolean {
    if (layer.kind === 'flatten') {
      const here = takers.get(layer.name)!;
      const onlyLinear = here.length > 0 && here.every(({ kind }) => kind === 'linear');
      return onlyLinear || from.shape[0] * from.shape[1] === 1;
    }
    if (layer.kind !== 'relu') return false;
    if (from.rectified) return true;
    const maker = makers.get(from);
    const others = takersOfTensor(from).filter((taker) => taker !== layer && !renaming.has(taker));
    if (!maker || !TAKES_RELU.has(maker.layer.kind) || others.length > 0) return false;
    from.rectified = true;
    return true;
  }

  network.layers.forEach((layer, index) => {
    const from = byName.get(layer.from ?? previous)!;
    previous = layer.name;
    if (takers.get(layer.name)!.length === 0 && index + 1 < network.layers.length)
      throw new RangeError(`nothing takes the output of ${layer.name}`);
    if (renamed(layer, from)) {
      renaming.add(layer);
      byName.set(layer.name, from);
      return;
    }
    const output = tensorOf(shapes.get(layer.name)!);
    output.rectified = layer.kind === 'relu';
    const inputs = layer.kind === 'add' ? [from, byName.get(layer.other)!] : [from];
    if (layer.kind === 'convolution') from.halo = Math.max(from.halo, layer.padding);
    const node = { layer, inputs, output, backwardModes: inputs.map(() => MODE_NONE) } as Node;
    byName.set(layer.name, output);
    makers.set(output, node);
    nodes.push(node);
  });
  const logits = byName.get(previous)!;
  if (nodes.every(({ layer, inputs }) => layer.kind === 'linear' || !inputs.includes(input))) input.strips = 1;
  const lossMode = arrangeGradients(nodes, logits);
  return { input, nodes, logits, lossMode };
}

function tensorOf(shape: ImageShape): Tensor {
  const [height, width] = shape;
  const rows = Math.max(1, Math.min(Math.ceil(height / MOST_STRIPS), Math.floor(MOST_PLACES / width)));
  const strips = width * height === 1 ? 1 : Math.ceil(height / rows);
  return { shape, halo: 0, strips, rectified: false, gradient: null, values: 0, address: 0 };
}

/** Layers that take the output of each name. */
function takersOf({ layers }: NetworkSpecification): Map<string, LayerSpecification[]> {
  const takers = new Map<string, LayerSpecification[]>([INPUT, ...layers.map(({ name }) => name)].map((n) => [n, []]));
  layers.forEach((layer, i) => {
    takers.get(layer.from ?? layers[i - 1]?.name ?? INPUT)!.push(layer);
    if (layer.kind === 'add') takers.get(layer.other)!.push(layer);
  });
  return takers;
}

/** Gives tensors their gradients and everyone who leaves a part of one the mode to do it with. */
function arrangeGradients(nodes: Node[], logits: Tensor): number {
  const wants = new Set<Tensor>();
  for (const { layer, inputs, output } of nodes)
    if (layer.kind === 'linear' || layer.kind === 'convolution' || layer.kind === 'batch-norm') wants.add(output);
    else if (inputs.some((input) => wants.has(input))) wants.add(output);
  const uses = new Map<Tensor, number>([[logits, 1]]);
  for (const input of nodes.flatMap(({ inputs }) => inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  const left = new Map<Tensor, number>();

  /** One more part of a gradient: stored by the first, masked by the last. */
  function nextMode(tensor: Tensor): number {
    const before = left.get(tensor) ?? 0;
    left.set(tensor, before + 1);
    const last = before + 1 === uses.get(tensor);
    return (before > 0 ? MODE_ACCUMULATE : 0) | (last && tensor.rectified ? MODE_MASK : 0);
  }

  if (wants.has(logits)) logits.gradient = { halo: 0, address: 0 };
  const lossMode = nextMode(logits);
  for (const node of nodes.toReversed()) {
    const { layer, inputs, output } = node;
    if (!output.gradient) continue;
    if (layer.kind === 'convolution')
      output.gradient.halo = Math.max(output.gradient.halo, gradientHalo(layer, inputs[0], output));
    // An add's second summand comes first: the first may then change what the sum left.
    for (let i = inputs.length - 1; i >= 0; i--) {
      const input = inputs[i];
      if (!wants.has(input)) continue;
      const mode = nextMode(input);
      const alone = i === 0 && uses.get(input) === 1 && IN_PLACE.has(layer.kind);
      if (alone) input.gradient = output.gradient;
      else input.gradient ??= { halo: 0, address: 0 };
      const isCopy = layer.kind === 'add' || layer.kind === 'relu';
      node.backwardModes[i] = alone && isCopy && mode === 0 ? MODE_NONE : mode;
    }
  }
  return lossMode;
}
