import type * as shared from '../graph/tensor.ts';

/** A gradient and where it is in shared memory. */
export interface Gradient extends shared.Gradient {
  /** Pixels of zeros around the image, as the way back through a convolution reads them. */
  halo: number;
  /** Of pixel (0, 0) of tile 0; 0 before there is memory. */
  address: number;
}

/** Activations and where they are in shared memory. */
export interface Tensor extends shared.Tensor {
  gradient: Gradient | null;
  /** Pixels of zeros around the image, as convolutions read them. */
  halo: number;
  /** Work items that a tile's image rows are split into. */
  strips: number;
  /** Of pixel (0, 0) of tile 0, and of the descriptor; 0 before there is memory. */
  values: number;
  address: number;
}
