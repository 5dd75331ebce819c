/**
 * A network as data: no arithmetic. Layers stand in the order of the forward pass; each takes the output of the one
 * before it, or of the one that `from` names. Images are `[height, width, channels]`.
 */
interface NamedLayer {
  name: string;
  /** Name of the layer whose output this one takes; the layer before it where absent, `input` for the network's input. */
  from?: string;
}

/** Every input feature, in the order of `[height, width, channels]`, to every output. */
export interface LinearLayer extends NamedLayer {
  kind: 'linear';
  inputs: number;
  outputs: number;
  bias: boolean;
}

/** Weights `[out, in, height, width]`; a mask's column is `(channel * height + row) * width + column` of the kernel. */
export interface ConvolutionLayer extends NamedLayer {
  kind: 'convolution';
  inputs: number;
  outputs: number;
  /** `[height, width]` */
  kernel: [number, number];
  stride: number;
  /** Zeros around the image. */
  padding: number;
  bias: boolean;
}

/** Over the last axis: per feature after a linear layer, per channel after a convolution (Ioffe and Szegedy 2015). */
export interface BatchNormLayer extends NamedLayer {
  kind: 'batch-norm';
  features: number;
}

export interface ReluLayer extends NamedLayer {
  kind: 'relu';
}

export interface PoolingLayer extends NamedLayer {
  kind: 'max-pool' | 'average-pool';
  size: number;
  stride: number;
  padding: number;
}

/** Mean over the whole image, per channel. */
export interface GlobalAveragePoolLayer extends NamedLayer {
  kind: 'global-average-pool';
}

export interface FlattenLayer extends NamedLayer {
  kind: 'flatten';
}

/** In training a share `rate` of the features is zeroed and the rest scaled by 1 / (1 - rate). */
export interface DropoutLayer extends NamedLayer {
  kind: 'dropout';
  rate: number;
}

/** Sum of two outputs of one shape: the end of a residual block. */
export interface AddLayer extends NamedLayer {
  kind: 'add';
  other: string;
}

export type WeightLayer = LinearLayer | ConvolutionLayer;
export type LayerSpecification =
  | WeightLayer
  | BatchNormLayer
  | ReluLayer
  | PoolingLayer
  | GlobalAveragePoolLayer
  | FlattenLayer
  | DropoutLayer
  | AddLayer;

/** What follows from a layer's kind, for planning and for all engines. */
interface LayerTraits {
  /** `same`: the output has the input's shape; `own`: `shapes.ts` works it out. */
  shape: 'same' | 'own';
  /**
   * How the input's gradient is made of the output's. `passed`: it is the same but for the mask of a ReLU; `in place`: value
   * by value, so that it may overwrite the output's; `apart`: it needs memory of its own.
   */
  gradient: 'passed' | 'in place' | 'apart';
  /** Whether its kernels can apply a ReLU that follows. */
  takesRelu: boolean;
}

/** A new kind declares itself here. */
export const LAYER_TRAITS = {
  linear: { shape: 'own', gradient: 'apart', takesRelu: true },
  convolution: { shape: 'own', gradient: 'apart', takesRelu: true },
  'batch-norm': { shape: 'own', gradient: 'in place', takesRelu: true },
  relu: { shape: 'same', gradient: 'passed', takesRelu: false },
  'max-pool': { shape: 'own', gradient: 'apart', takesRelu: false },
  'average-pool': { shape: 'own', gradient: 'apart', takesRelu: false },
  'global-average-pool': { shape: 'own', gradient: 'apart', takesRelu: false },
  flatten: { shape: 'own', gradient: 'apart', takesRelu: false },
  dropout: { shape: 'same', gradient: 'in place', takesRelu: false },
  add: { shape: 'own', gradient: 'passed', takesRelu: true },
} as const satisfies Record<LayerSpecification['kind'], LayerTraits>;

type LayerKind = keyof typeof LAYER_TRAITS;
type SameShapeKind = { [K in LayerKind]: (typeof LAYER_TRAITS)[K]['shape'] extends 'same' ? K : never }[LayerKind];
export type SameShapeLayer = Extract<LayerSpecification, { kind: SameShapeKind }>;

/** Whether the output has the input's shape. */
export const keepsShape = (layer: LayerSpecification): layer is SameShapeLayer =>
  LAYER_TRAITS[layer.kind].shape === 'same';

/** `[height, width, channels]` */
export type ImageShape = [number, number, number];

/** The last layer gives the logits. */
export interface NetworkSpecification {
  name: string;
  inputShape: ImageShape;
  classes: number;
  layers: LayerSpecification[];
}

export const isWeightLayer = (layer: LayerSpecification): layer is WeightLayer =>
  layer.kind === 'linear' || layer.kind === 'convolution';

/** The layers that carry prunable weights, in order; a layer's *index* everywhere in Espalier counts these. */
export const prunableLayers = (network: NetworkSpecification): WeightLayer[] => network.layers.filter(isWeightLayer);

/** `[out, in]`, or `[out, in, height, width]`. */
export const weightShape = (layer: WeightLayer): number[] =>
  layer.kind === 'linear' ? [layer.outputs, layer.inputs] : [layer.outputs, layer.inputs, ...layer.kernel];

/** Of a layer's mask. */
export const maskShape = (layer: WeightLayer): { outputs: number; inputs: number } => ({
  outputs: layer.outputs,
  inputs: fanIn(layer),
});

/** Weights of one output: the columns of the layer's mask. */
export const fanIn = (layer: WeightLayer): number =>
  layer.kind === 'linear' ? layer.inputs : layer.inputs * layer.kernel[0] * layer.kernel[1];
