import type { ImageShape } from '../../networks/specification.ts';

/** The gradient of one tensor, or of several of one shape where each overwrites that of the next. */
export interface Gradient {
  shape: ImageShape;
}

/** Activations of the network's input or of one layer, with a ReLU behind it where that could be taken in. */
export interface Tensor {
  shape: ImageShape;
  /** True where values came through a ReLU: whoever leaves the last part of the gradient masks it. */
  rectified: boolean;
  /** Null where no gradient flows this far back. */
  gradient: Gradient | null;
}

/** Makes an engine's own tensors and gradients, which may say more, such as addresses. */
export interface TensorMaker<T extends Tensor> {
  tensor(shape: ImageShape): T;
  gradient(shape: ImageShape): NonNullable<T['gradient']>;
}
