import type { ImageShape, NetworkSpecification } from '../../networks/specification.ts';
import { buildGraphOf } from '../graph/build-graph.ts';
import type * as shared from '../graph/nodes.ts';
import type { Tensor } from './tensor.ts';
import { gradientHalo } from './window.ts';

export type WeightNode = shared.WeightNode<Tensor>;
export type NormNode = shared.NormNode<Tensor>;
export type PoolNode = shared.PoolNode<Tensor>;
export type DropoutNode = shared.DropoutNode<Tensor>;
export type PlainNode = shared.PlainNode<Tensor>;
export type Node = shared.Node<Tensor>;
export type Graph = shared.Graph<Tensor>;

const MOST_STRIPS = 8;
const MOST_PIXELS = 256;

/**
 * The network's graph with this engine's tensors: work items for threads, and zeros around the images that convolutions
 * read beyond their edges. Addresses come with the memory (`plan.ts`).
 * @throws RangeError where layers do not fit together
 */
export function buildGraph(network: NetworkSpecification): Graph {
  const graph = buildGraphOf<Tensor>(network, {
    tensor: (shape) => ({
      ...{ shape, rectified: false, gradient: null },
      ...{ halo: 0, strips: stripsOf(shape), values: 0, address: 0 },
    }),
    gradient: (shape) => ({ shape, halo: 0, address: 0 }),
  });
  const { input, nodes } = graph;
  if (nodes.every(({ layer, inputs }) => layer.kind === 'linear' || !inputs.includes(input))) input.strips = 1;
  for (const { layer, inputs, output } of nodes) {
    if (layer.kind !== 'convolution') continue;
    const [from] = inputs;
    from.halo = Math.max(from.halo, layer.padding);
    if (output.gradient) output.gradient.halo = Math.max(output.gradient.halo, gradientHalo(layer, from, output));
  }
  return graph;
}

function stripsOf([height, width]: ImageShape): number {
  const rows = Math.max(1, Math.min(Math.ceil(height / MOST_STRIPS), Math.floor(MOST_PIXELS / width)));
  return width * height === 1 ? 1 : Math.ceil(height / rows);
}
