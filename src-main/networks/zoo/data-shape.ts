import type { ImageShape } from '../specification.ts';

/** What a network is fitted to: the images and classes of its dataset. */
export interface DataShape {
  shape: ImageShape;
  classes: number;
}
