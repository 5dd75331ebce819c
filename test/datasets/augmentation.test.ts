import { describe, expect, it } from 'vitest';
import { baseDefaults, type RunConfiguration } from '../../src-main/contract/index.ts';
import { createAugment, isAugmented } from '../../src-main/datasets/augmentation/augment.ts';
import { changeBrightness, changeContrast, changeSaturation } from '../../src-main/datasets/augmentation/colour.ts';
import { cropPadded, cropResized, drawBox } from '../../src-main/datasets/augmentation/crop.ts';
import { cutOut } from '../../src-main/datasets/augmentation/cutout.ts';
import { flipHorizontally } from '../../src-main/datasets/augmentation/flip.ts';
import type { ImageShape } from '../../src-main/datasets/augmentation/image.ts';
import { mixImages } from '../../src-main/datasets/augmentation/mix.ts';
import { wholeFactor } from '../../src-main/numerics/grey-levels.ts';
import { createStream } from '../../src-main/numerics/random.ts';

const GREY: ImageShape = [3, 3, 1];
// prettier-ignore
const NINE = [
  1, 2, 3,
  4, 5, 6,
  7, 8, 9,
];
const COLOUR: ImageShape = [1, 2, 3];

/** What an operation that writes into another buffer makes of an image. */
const made = (image: number[], change: (source: Uint8Array, target: Uint8Array) => void): number[] => {
  const source = Uint8Array.from(image);
  const target = new Uint8Array(image.length).fill(77);
  change(source, target);
  expect([...source]).toEqual(image);
  return [...target];
};
/** What an operation in place makes of an image. */
const changed = (image: number[], change: (pixels: Uint8Array) => void): number[] => {
  const pixels = Uint8Array.from(image);
  change(pixels);
  return [...pixels];
};

describe('pad and crop', () => {
  // prettier-ignore
  it.each([
    ['the middle is the image', 'zero', 1, 1, 1, NINE],
    ['black above and left', 'zero', 1, 0, 0, [0, 0, 0, 0, 1, 2, 0, 4, 5]],
    ['black below and right', 'zero', 1, 2, 2, [5, 6, 0, 8, 9, 0, 0, 0, 0]],
    ['mirrored above and left', 'reflect', 1, 0, 0, [5, 4, 5, 2, 1, 2, 5, 4, 5]],
    ['mirrored below and right', 'reflect', 1, 2, 2, [5, 6, 5, 8, 9, 8, 5, 6, 5]],
    ['mirrored by two pixels', 'reflect', 2, 2, 0, [3, 2, 1, 6, 5, 4, 9, 8, 7]],
    ['nothing left but padding', 'zero', 3, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['mirrored beyond the mirror', 'reflect', 5, 5, 0, [2, 1, 2, 5, 4, 5, 8, 7, 8]],
  ] as const)('%s', (_, fill, padding, top, left, expected) => {
    expect(made(NINE, (source, target) => cropPadded(source, target, GREY, { padding, fill, top, left }))).toEqual(expected);
  });

  it('keeps the channels of a pixel together', () => {
    const crop = { padding: 1, fill: 'reflect', top: 1, left: 0 } as const;
    expect(made([1, 2, 3, 4, 5, 6], (source, target) => cropPadded(source, target, COLOUR, crop))).toEqual([
      4, 5, 6, 1, 2, 3,
    ]);
  });
});

describe('mixup', () => {
  // Two images of three grey levels, each the other's partner.
  const mixed = (share: number) =>
    made([0, 100, 255, 10, 101, 0], (source, target) => mixImages(source, target, 3, Uint32Array.of(1, 0), share));

  it.each([
    ['all of the own image', 65_536, [0, 100, 255, 10, 101, 0]],
    ['none of it', 0, [10, 101, 0, 0, 100, 255]],
    ['half of each, halves upwards', 32_768, [5, 101, 128, 5, 101, 128]],
    ['three quarters', 49_152, [3, 100, 191, 8, 101, 64]],
  ])('%s', (_, share, expected) => expect(mixed(share)).toEqual(expected));
});

describe('crop and resize', () => {
  // prettier-ignore
  it.each([
    ['the whole image stays', { top: 0, left: 0, height: 3, width: 3 }, NINE],
    ['one pixel fills all', { top: 1, left: 2, height: 1, width: 1 }, [6, 6, 6, 6, 6, 6, 6, 6, 6]],
    // Columns at -1/6 -> 0, 1/2, 7/6 -> 1: a half rounds up.
    ['two columns, bilinear', { top: 0, left: 0, height: 3, width: 2 }, [1, 2, 2, 4, 5, 5, 7, 8, 8]],
    ['a quarter, bilinear', { top: 1, left: 1, height: 2, width: 2 }, [5, 6, 6, 7, 7, 8, 8, 9, 9]],
  ] as const)('%s', (_, box, expected) => {
    expect(made(NINE, (source, target) => cropResized(source, target, GREY, box))).toEqual(expected);
  });

  it('draws boxes of 8% to all of the area, of ratios 3:4 to 4:3, everywhere in the image', () => {
    const shape: ImageShape = [64, 64, 3];
    const boxes = Array.from({ length: 2000 }, (_, sample) => {
      const draws = createStream(1, 'boxes', sample);
      return drawBox(shape, 0.08, (index) => draws.uniform(index));
    });
    for (const { top, left, height, width } of boxes) {
      expect(Math.min(top, left, 64 - top - height, 64 - left - width)).toBeGreaterThanOrEqual(0);
      // Sides are rounded to whole pixels: the area by half a side or so, the ratio with it.
      expect((height * width) / 64 ** 2).toBeGreaterThan(0.07);
      expect(width / height).toBeGreaterThan(0.72);
      expect(width / height).toBeLessThan(1.39);
    }
    const areas = boxes.map(({ height, width }) => (height * width) / 64 ** 2);
    // Large boxes of extreme ratios do not fit and are drawn again, so the mean lies a little below (0.08 + 1) / 2.
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
    expect(mean).toBeGreaterThan(0.47);
    expect(mean).toBeLessThan(0.54);
    expect(Math.min(...areas)).toBeLessThan(0.1);
    expect(Math.max(...areas)).toBeGreaterThan(0.95);
    expect(new Set(boxes.map(({ top }) => top)).size).toBeGreaterThan(30);
  });

  it('falls back to the largest central box of an allowed ratio', () => {
    expect(drawBox([10, 100, 3], 1, () => 0.5)).toEqual({ top: 0, left: 43, height: 10, width: 13 });
  });
});

describe('flip', () => {
  it('mirrors rows, twice gives the image back', () => {
    const flip = (pixels: Uint8Array) => flipHorizontally(pixels, GREY);
    expect(changed(NINE, flip)).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect(changed(changed(NINE, flip), flip)).toEqual(NINE);
    expect(changed([1, 2, 3, 4, 5, 6], (pixels) => flipHorizontally(pixels, COLOUR))).toEqual([4, 5, 6, 1, 2, 3]);
  });
});

describe('colour', () => {
  it.each([
    [0, [0, 0, 0]],
    [0.5, [5, 50, 125]],
    [1, [10, 99, 250]],
    [1.5, [15, 149, 255]],
  ])('brightness %s', (factor, expected) => {
    expect(changed([10, 99, 250], (pixels) => changeBrightness(pixels, wholeFactor(factor)))).toEqual(expected);
  });

  it.each([
    [0, [100, 100, 100, 100]],
    [0.5, [75, 75, 100, 150]],
    [1, [50, 50, 100, 200]],
    [2, [0, 0, 100, 255]],
  ])('contrast %s moves away from the mean', (factor, expected) => {
    expect(changed([50, 50, 100, 200], (pixels) => changeContrast(pixels, [2, 2, 1], wholeFactor(factor)))).toEqual(
      expected,
    );
  });

  it('contrast 0 of a colour image is its mean luma', () => {
    // (0.299 * 255 + 0.587 * 255) / 2 = 112.965
    const image = [255, 0, 0, 0, 255, 0];
    expect(changed(image, (pixels) => changeContrast(pixels, COLOUR, 0))).toEqual(new Array(6).fill(113));
  });

  it.each([
    [0, [76, 76, 76, 50, 50, 50]],
    [1, [255, 0, 0, 50, 50, 50]],
    // luma 76.245: 76.245 + 0.5 * 178.755 = 165.6, and 38.1
    [0.5, [166, 38, 38, 50, 50, 50]],
  ])('saturation %s', (factor, expected) => {
    const image = [255, 0, 0, 50, 50, 50];
    expect(changed(image, (pixels) => changeSaturation(pixels, COLOUR, wholeFactor(factor)))).toEqual(expected);
  });

  it('grey images have no saturation', () => {
    expect(changed(NINE, (pixels) => changeSaturation(pixels, GREY, 0))).toEqual(NINE);
  });
});

describe('cutout', () => {
  // prettier-ignore
  it.each([
    ['one pixel', { row: 1, column: 1, side: 1 }, [1, 2, 3, 4, 0, 6, 7, 8, 9]],
    ['an even side reaches up and left', { row: 2, column: 2, side: 2 }, [1, 2, 3, 4, 0, 0, 7, 0, 0]],
    ['cut off at the edge', { row: 0, column: 2, side: 3 }, [1, 0, 0, 4, 0, 0, 7, 8, 9]],
    ['larger than the image', { row: 1, column: 1, side: 9 }, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s', (_, square, expected) => {
    expect(changed(NINE, (pixels) => cutOut(pixels, GREY, square, [0]))).toEqual(expected);
  });

  it('fills with one value per channel', () => {
    const image = [1, 2, 3, 4, 5, 6];
    const square = { row: 0, column: 1, side: 1 };
    expect(changed(image, (pixels) => cutOut(pixels, COLOUR, square, [7, 8, 9]))).toEqual([1, 2, 3, 7, 8, 9]);
  });
});

describe('the augmentation of a run', () => {
  const shape: ImageShape = [8, 8, 3];
  const image = Uint8Array.from({ length: 192 }, (_, at) => (at * 37) % 256);
  const everything: Partial<RunConfiguration> = {
    augmentation: 'crop+flip',
    brightness: 0.4,
    contrast: 0.4,
    saturation: 0.4,
    cutout: 3,
  };
  const augmented = (settings: Partial<RunConfiguration>, sample: number, epoch = 0, seed = 1): number[] => {
    const target = new Uint8Array(image.length);
    const augment = createAugment(shape, { ...baseDefaults, ...settings }, [0.5, 0.25, 0]);
    augment(image, target, createStream(seed, 'augmentation', epoch, sample));
    return [...target];
  };

  it('is nothing unless asked for', () => {
    expect(isAugmented(baseDefaults)).toBe(false);
    expect(augmented({}, 3)).toEqual([...image]);
    for (const [key, value] of Object.entries(everything)) {
      expect(isAugmented({ ...baseDefaults, [key]: value }), key).toBe(true);
    }
  });

  it('is a function of seed, epoch and sample', () => {
    expect(augmented(everything, 5)).toEqual(augmented(everything, 5));
    expect(augmented(everything, 6)).not.toEqual(augmented(everything, 5));
    expect(augmented(everything, 5, 1)).not.toEqual(augmented(everything, 5));
    expect(augmented(everything, 5, 0, 2)).not.toEqual(augmented(everything, 5));
  });

  it('draws each change apart: adding one leaves the others as they were', () => {
    for (let sample = 0; sample < 20; sample++) {
      const flipped = augmented({ augmentation: 'flip' }, sample);
      const expected = changed(flipped, (pixels) => {
        const draws = createStream(1, 'augmentation', 0, sample);
        cutOut(pixels, shape, { row: draws.below(6, 8), column: draws.below(7, 8), side: 3 }, [128, 64, 0]);
      });
      expect(augmented({ augmentation: 'flip', cutout: 3 }, sample)).toEqual(expected);
    }
  });

  it('crop+flip gives every crop and both sides, evenly', () => {
    const seen = new Map<string, number>();
    const draws = 1800;
    for (let sample = 0; sample < draws; sample++) {
      const key = augmented({ augmentation: 'crop+flip', cropPadding: 1 }, sample).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    // 3 x 3 positions, two sides: 18 images, 100 of each expected; 4 deviations are 39.
    expect(seen.size).toBe(18);
    for (const count of seen.values()) expect(Math.abs(count - draws / 18)).toBeLessThan(40);
  });

  it('a crop with no padding and a resized crop of the whole area leave the image', () => {
    expect(augmented({ augmentation: 'crop', cropPadding: 0 }, 1)).toEqual([...image]);
    const whole = { top: 0, left: 0, height: 8, width: 8 };
    expect(made([...image], (source, target) => cropResized(source, target, shape, whole))).toEqual([...image]);
  });
});
