/** Images that stay with an engine for a whole run, so that a batch only names them and says how each is changed. */
export interface KeptImages {
  readonly count: number;
}

export interface ImagesToKeep {
  count: number;
  /** `[count, height, width, channels]`, 0 to 255. */
  pixels: Uint8Array;
  /** What may be done to an image of a batch; null where images stay as they are. */
  augmentation: ImageAugmentation | null;
  /** Whether images of a batch may be mixed; they are not unless it says so. */
  mixes?: boolean;
}

/** What is the same for all images. The changes happen in this order, as `datasets/augmentation` defines them. */
export interface ImageAugmentation {
  crop: 'none' | 'padded' | 'resized';
  padding: number;
  fill: 'zero' | 'reflect';
  flips: boolean;
  brightness: boolean;
  contrast: boolean;
  saturation: boolean;
  /** Side of the square that is cut out; 0 for none. */
  cutout: number;
  /** What it is filled with: a grey level for each channel. */
  meanColour: Uint8Array;
}

/** What is drawn for one image, in whole numbers. */
export interface ImageChanges {
  /** Where a padded image is cut, or the box that is stretched over the whole image. */
  top: number;
  left: number;
  height: number;
  width: number;
  isFlipped: boolean;
  /** In 2^-14ths (`numerics/grey-levels.ts`). */
  brightness: number;
  contrast: number;
  saturation: number;
  cutoutRow: number;
  cutoutColumn: number;
}
