import type { ImageShape } from '../../networks/specification.ts';

/** Room for the gradient of one tensor, or of several where each leaves its own in the place of the next one's. */
export interface Gradient {
  /** Pixels of zeros around the image, as the way back through a convolution reads them. */
  halo: number;
  /** Of pixel (0, 0) of tile 0; 0 before there is memory. */
  address: number;
}

/** Activations of the network's input or of one layer, with a ReLU behind it where that could be taken in. */
export interface Tensor {
  shape: ImageShape;
  /** Pixels of zeros around the image, as convolutions read them. */
  halo: number;
  /** Work items that a tile's image rows are split into. */
  strips: number;
  /** True where values came through a ReLU: whoever leaves the last part of the gradient masks it. */
  rectified: boolean;
  /** Null where no gradient flows this far back. */
  gradient: Gradient | null;
  /** Of pixel (0, 0) of tile 0, and of the descriptor; 0 before there is memory. */
  values: number;
  address: number;
}
