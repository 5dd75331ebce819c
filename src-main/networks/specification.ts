/**
 * A network as data: no arithmetic. Layers stand in the order of the forward pass; each takes the output of the one
 * before it, or of the one that `from` names. Images are `[height, width, channels]`.
 */
interface Placed {
  name: string;
  /** Name of the layer whose output this one takes; the layer before it where absent, `input` for the network's input. */
  from?: string;
}

/** Every input feature, in the order of `[height, width, channels]`, to every output. */
export interface LinearLayer extends Placed {
  kind: 'linear';
  inputs: number;
  outputs: number;
  bias: boolean;
}

/** Weights `[out, in, height, width]`; a mask's column is `(channel * height + row) * width + column` of the kernel. */
export interface ConvolutionLayer extends Placed {
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
export interface BatchNormLayer extends Placed {
  kind: 'batch-norm';
  features: number;
}

export interface ReluLayer extends Placed {
  kind: 'relu';
}

export interface PoolingLayer extends Placed {
  kind: 'max-pool' | 'average-pool';
  size: number;
  stride: number;
  padding: number;
}

/** Mean over the whole image, per channel. */
export interface GlobalAveragePoolLayer extends Placed {
  kind: 'global-average-pool';
}

export interface FlattenLayer extends Placed {
  kind: 'flatten';
}

/** In training a share `rate` of the features is zeroed and the rest scaled by 1 / (1 - rate). */
export interface DropoutLayer extends Placed {
  kind: 'dropout';
  rate: number;
}

/** Sum of two outputs of one shape: the end of a residual block. */
export interface AddLayer extends Placed {
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

/** The layers that carry prunable weights, in order; a layer's *index* everywhere in Espalier is its place here. */
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
