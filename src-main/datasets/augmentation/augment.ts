import type { RunConfiguration } from '../../contract/index.ts';
import type { ImageAugmentation, ImageChanges } from '../../engine/kept-images.ts';
import { FACTOR_ONE, wholeFactor } from '../../numerics/grey-levels.ts';
import type { RandomStream } from '../../numerics/random.ts';
import { changeBrightness, changeContrast, changeSaturation } from './colour.ts';
import { cropPadded, cropResized, drawBox } from './crop.ts';
import { cutOut } from './cutout.ts';
import { flipHorizontally } from './flip.ts';
import { type ImageShape, toGrey } from './image.ts';

/** The fields of a configuration that say how training images are changed. */
export type AugmentationSettings = Pick<
  RunConfiguration,
  | 'augmentation'
  | 'cropPadding'
  | 'cropFill'
  | 'cropLeastArea'
  | 'brightness'
  | 'contrast'
  | 'saturation'
  | 'cutout'
  | 'mixup'
>;

const GEOMETRY: Record<RunConfiguration['augmentation'], { crop: 'none' | 'padded' | 'resized'; flips: boolean }> = {
  none: { crop: 'none', flips: false },
  'crop+flip': { crop: 'padded', flips: true },
  crop: { crop: 'padded', flips: false },
  flip: { crop: 'none', flips: true },
  'resized-crop+flip': { crop: 'resized', flips: true },
  'resized-crop': { crop: 'resized', flips: false },
};

/** Indices in a sample's stream. Each draw has its own, so that no setting moves another one's draws. */
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

/** Whether each image is changed by itself; mixup is no such change. */
export function isAugmented(settings: AugmentationSettings): boolean {
  const { augmentation, brightness, contrast, saturation, cutout } = settings;
  return augmentation !== 'none' || brightness > 0 || contrast > 0 || saturation > 0 || cutout > 0;
}

/**
 * What is the same for all images of a run.
 * @param mean of the training split per channel, 0 to 1: what cutout fills with
 */
export function planAugmentation(settings: AugmentationSettings, mean: readonly number[]): ImageAugmentation {
  const { cropPadding: padding, cropFill: fill, brightness, contrast, saturation, cutout } = settings;
  return {
    ...GEOMETRY[settings.augmentation],
    padding,
    fill,
    brightness: brightness > 0,
    contrast: contrast > 0,
    saturation: saturation > 0,
    cutout,
    meanColour: Uint8Array.from(mean, (value) => toGrey(255 * value)),
  };
}

export type DrawChanges = (draws: RandomStream) => ImageChanges;

/** What is drawn for each image. */
export function createDrawChanges(shape: ImageShape, settings: AugmentationSettings): DrawChanges {
  const [height, width] = shape;
  const { crop, flips } = GEOMETRY[settings.augmentation];
  const { cropPadding: padding, cropLeastArea, brightness, contrast, saturation, cutout } = settings;

  return (draws) => {
    const factor = (strength: number, draw: number) =>
      strength > 0 ? wholeFactor(1 + strength * (2 * draws.uniform(draw) - 1)) : FACTOR_ONE;
    const box =
      crop === 'resized'
        ? drawBox(shape, cropLeastArea, (draw) => draws.uniform(DRAW.box + draw))
        : { top: padding, left: padding, height, width };
    if (crop === 'padded') {
      box.top = draws.below(DRAW.cropRow, 2 * padding + 1);
      box.left = draws.below(DRAW.cropColumn, 2 * padding + 1);
    }
    return {
      ...box,
      isFlipped: flips && draws.uniform(DRAW.flip) < 0.5,
      brightness: factor(brightness, DRAW.brightness),
      contrast: factor(contrast, DRAW.contrast),
      saturation: factor(saturation, DRAW.saturation),
      cutoutRow: cutout > 0 ? draws.below(DRAW.cutoutRow, height) : 0,
      cutoutColumn: cutout > 0 ? draws.below(DRAW.cutoutColumn, width) : 0,
    };
  };
}

/** Changes one image; `draws` alone decides how. `source` and `target` are two buffers of one image. */
export type Augment = (source: Uint8Array, target: Uint8Array, draws: RandomStream) => void;

/**
 * The changes of these settings, in this order: crop, flip, brightness, contrast, saturation, cutout. All in whole
 * numbers, so that `engine/webgpu/kernels/augment.wgsl.ts` makes the same images.
 * @param mean of the training split per channel, 0 to 1: what cutout fills with
 */
export function createAugment(shape: ImageShape, settings: AugmentationSettings, mean: readonly number[]): Augment {
  const draw = createDrawChanges(shape, settings);
  const { crop, padding, fill, brightness, contrast, saturation, cutout, meanColour } = planAugmentation(
    settings,
    mean,
  );

  return (source, target, draws) => {
    const changes = draw(draws);
    const { top, left } = changes;
    if (crop === 'padded') cropPadded(source, target, shape, { padding, fill, top, left });
    else if (crop === 'resized') cropResized(source, target, shape, changes);
    else target.set(source);
    if (changes.isFlipped) flipHorizontally(target, shape);
    if (brightness) changeBrightness(target, changes.brightness);
    if (contrast) changeContrast(target, shape, changes.contrast);
    if (saturation) changeSaturation(target, shape, changes.saturation);
    if (cutout > 0) {
      const { cutoutRow: row, cutoutColumn: column } = changes;
      cutOut(target, shape, { row, column, side: cutout }, meanColour);
    }
  };
}
