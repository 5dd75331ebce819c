import type { RunConfiguration } from '../../contract/index.ts';
import type { RandomStream } from '../../numerics/random.ts';
import { changeBrightness, changeContrast, changeSaturation } from './colour.ts';
import { cropPadded, cropResized, drawBox } from './crop.ts';
import { cutOut } from './cutout.ts';
import { flipHorizontally } from './flip.ts';
import { type ImageShape, toGrey } from './image.ts';

/** The fields of a configuration that say how training images are changed. */
export type AugmentationSettings = Pick<
  RunConfiguration,
  'augmentation' | 'cropPadding' | 'cropFill' | 'cropLeastArea' | 'brightness' | 'contrast' | 'saturation' | 'cutout'
>;

const GEOMETRY: Record<RunConfiguration['augmentation'], { crop: 'none' | 'padded' | 'resized'; flips: boolean }> = {
  none: { crop: 'none', flips: false },
  'crop+flip': { crop: 'padded', flips: true },
  crop: { crop: 'padded', flips: false },
  flip: { crop: 'none', flips: true },
  'resized-crop+flip': { crop: 'resized', flips: true },
  'resized-crop': { crop: 'resized', flips: false },
};

/** Places in a sample's stream. Each draw has its own, so that no setting moves another one's draws. */
const DRAW = {
  cropRow: 0,
  cropColumn: 1,
  flip: 2,
  brightness: 3,
  contrast: 4,
  saturation: 5,
  cutoutRow: 6,
  cutoutColumn: 7,
  box: 16,
} as const;

export function isAugmented(settings: AugmentationSettings): boolean {
  const { augmentation, brightness, contrast, saturation, cutout } = settings;
  return augmentation !== 'none' || brightness > 0 || contrast > 0 || saturation > 0 || cutout > 0;
}

/** Changes one image; `draws` alone decides how. `source` and `target` are two buffers of one image. */
export type Augment = (source: Uint8Array, target: Uint8Array, draws: RandomStream) => void;

/**
 * The changes of these settings, in this order: crop, flip, brightness, contrast, saturation, cutout.
 * @param mean of the training split per channel, 0 to 1: what cutout fills with
 */
export function createAugment(shape: ImageShape, settings: AugmentationSettings, mean: readonly number[]): Augment {
  const [height, width] = shape;
  const { crop, flips } = GEOMETRY[settings.augmentation];
  const { cropPadding: padding, cropFill: fill, cropLeastArea, brightness, contrast, saturation, cutout } = settings;
  const meanColour = Uint8Array.from(mean, (value) => toGrey(255 * value));

  return (source, target, draws) => {
    const factor = (strength: number, draw: number) => 1 + strength * (2 * draws.uniform(draw) - 1);
    if (crop === 'padded') {
      const top = draws.below(DRAW.cropRow, 2 * padding + 1);
      const left = draws.below(DRAW.cropColumn, 2 * padding + 1);
      cropPadded(source, target, shape, { padding, fill, top, left });
    } else if (crop === 'resized') {
      cropResized(
        source,
        target,
        shape,
        drawBox(shape, cropLeastArea, (draw) => draws.uniform(DRAW.box + draw)),
      );
    } else target.set(source);
    if (flips && draws.uniform(DRAW.flip) < 0.5) flipHorizontally(target, shape);
    if (brightness > 0) changeBrightness(target, factor(brightness, DRAW.brightness));
    if (contrast > 0) changeContrast(target, shape, factor(contrast, DRAW.contrast));
    if (saturation > 0) changeSaturation(target, shape, factor(saturation, DRAW.saturation));
    if (cutout > 0) {
      const row = draws.below(DRAW.cutoutRow, height);
      const column = draws.below(DRAW.cutoutColumn, width);
      cutOut(target, shape, { row, column, side: cutout }, meanColour);
    }
  };
}
