import type { PreviewImages } from '../../contract/index.ts';
import type { Levels } from './levels.ts';
import type { ValueScale } from './scale.ts';

/** Values whose scale is to be decided. */
export interface ScaledValues {
  /** What holds them, towards the reader. */
  location: string;
  levels: Levels;
  /** Images that they are of. */
  images: number;
  /** Grey levels that the values become on a scale, by a look at all of them. */
  countGreys(scale: ValueScale): Promise<number>;
  /** Values that are beyond a scale by more than rounding. */
  countBeyond(scale: ValueScale): Promise<number>;
  /** The values below which these shares of all are, or of a part of them that is spread over all. */
  quantiles(shares: readonly number[]): Promise<number[]>;
  /** A few of the images on a scale. */
  preview(scale: ValueScale): Promise<PreviewImages | null>;
}
