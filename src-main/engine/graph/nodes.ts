import type {
  BatchNormLayer,
  DropoutLayer,
  GlobalAveragePoolLayer,
  LayerSpecification,
  PoolingLayer,
  WeightLayer,
} from '../../networks/specification.ts';
import type { Tensor } from './tensor.ts';

export interface NodeOf<L extends LayerSpecification, T extends Tensor> {
  layer: L;
  inputs: T[];
  output: T;
  /** How each input's gradient is left (`modes.ts`), MODE_NONE where nothing is to be done. */
  backwardModes: number[];
}

export type WeightNode<T extends Tensor = Tensor> = NodeOf<WeightLayer, T>;
export type NormNode<T extends Tensor = Tensor> = NodeOf<BatchNormLayer, T>;
export type PoolNode<T extends Tensor = Tensor> = NodeOf<PoolingLayer | GlobalAveragePoolLayer, T>;
export type DropoutNode<T extends Tensor = Tensor> = NodeOf<DropoutLayer, T>;
/** Every kind that has neither parameters nor a window nor draws: a new one is among them. */
export type PlainNode<T extends Tensor = Tensor> = NodeOf<
  Exclude<LayerSpecification, WeightLayer | BatchNormLayer | PoolingLayer | GlobalAveragePoolLayer | DropoutLayer>,
  T
>;
export type Node<T extends Tensor = Tensor> = WeightNode<T> | NormNode<T> | PoolNode<T> | DropoutNode<T> | PlainNode<T>;

/** Layers without parameters. */
export type OtherNode<T extends Tensor = Tensor> = PoolNode<T> | DropoutNode<T> | PlainNode<T>;

type OtherKind = OtherNode['layer']['kind'];
type LayerOf<K extends OtherKind, L = OtherNode['layer']> = L extends OtherNode['layer']
  ? K extends L['kind']
    ? L
    : never
  : never;

/** What an engine does with each kind of layer without parameters: a kind that is missing does not compile. */
export type OtherNodeTable<T extends Tensor, Arguments extends unknown[], Result> = {
  readonly [K in OtherKind]: (node: NodeOf<LayerOf<K>, T>, ...rest: Arguments) => Result;
};

/** Does what the table has for the node's layer. */
export function byKind<T extends Tensor, Arguments extends unknown[], Result>(
  table: OtherNodeTable<T, Arguments, Result>,
  node: OtherNode<T>,
  ...rest: Arguments
): Result {
  // The table's type pairs each kind with its node; TypeScript cannot follow that through the lookup.
  const work = table[node.layer.kind] as (node: OtherNode<T>, ...rest: Arguments) => Result;
  return work(node, ...rest);
}

/** What remains of a network's layers once nothing is left that another operation does on its way. */
export interface Graph<T extends Tensor = Tensor> {
  input: T;
  /** In the order of the forward pass. */
  nodes: Node<T>[];
  logits: T;
  /** How the loss leaves the gradient of the logits (`modes.ts`). */
  lossMode: number;
}
