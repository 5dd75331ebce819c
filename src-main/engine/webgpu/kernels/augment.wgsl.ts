import { FACTOR_BITS, FACTOR_ONE, LUMA, MIX_BITS, MIX_ONE, SHARE_BITS } from '../../../numerics/grey-levels.ts';
import type { ImageAugmentation } from '../../kept-images.ts';
import { FLAT_INDEX, FLAT_THREADS, type Kernel } from '../kernel.ts';

/**
 * Images that stay on the card, taken by a batch and changed as `datasets/augmentation` changes them: the same whole
 * numbers (`numerics/grey-levels.ts`), so the same bytes.
 */

/** Words for each image of a batch; see `recordOf` in `card-images.ts`. */
export const RECORD_WORDS = 8;
/** Of these the partner's index, and behind it the own share. */
export const MIXING_WORD = 6;

/** What decides the kernels' text. */
export type Changed = Pick<
  ImageAugmentation,
  'crop' | 'fill' | 'flips' | 'brightness' | 'contrast' | 'saturation' | 'cutout'
> & {
  /** Whether each image is then mixed with another one of the batch. */
  mixes: boolean;
};

export const UNCHANGED: Changed = {
  crop: 'none',
  fill: 'zero',
  flips: false,
  brightness: false,
  contrast: false,
  saturation: false,
  cutout: 0,
  mixes: false,
};

const PARAMETERS = ['features', 'height', 'width', 'channels', 'padding', 'cutout'] as const;
const IMAGES = { images: ['read', 'array<u32>'], records: ['read', 'array<u32>'] } as const;

const ARITHMETIC = `
struct Image {
  sample: u32, top: i32, left: i32, height: i32, width: i32, isFlipped: bool,
  brightness: i32, contrast: i32, saturation: i32, cutoutRow: i32, cutoutColumn: i32,
}
fn low(word: u32) -> i32 { return i32(word & 0xffffu); }
fn high(word: u32) -> i32 { return i32(word >> 16u); }
fn imageOf(index: u32) -> Image {
  let first = index * ${RECORD_WORDS}u;
  let corner = records[first + 1u];
  let size = records[first + 2u];
  let light = records[first + 3u];
  let colour = records[first + 4u];
  let cut = records[first + 5u];
  return Image(records[first], low(corner), high(corner), low(size), high(size), (light & 0xffffu) != 0u,
    high(light), low(colour), high(colour), low(cut), high(cut));
}
fn timesFactor(grey: i32, factor: i32) -> i32 {
  return clamp((grey * factor + ${FACTOR_ONE / 2}) >> ${FACTOR_BITS}u, 0, 255);
}
fn awayFrom(grey: i32, level: i32, factor: i32) -> i32 {
  return clamp(((((grey * 256 - level) * factor + ${FACTOR_ONE / 2}) >> ${FACTOR_BITS}u) + level + 128) >> 8u, 0, 255);
}
fn stored(image: Image, y: i32, x: i32, channel: u32) -> i32 {
  let at_ = image.sample * at.features + (u32(y) * at.width + u32(x)) * at.channels + channel;
  return i32((images[at_ / 4u] >> (8u * (at_ % 4u))) & 255u);
}`;

const CROPS: Record<ImageAugmentation['crop'], (fill: ImageAugmentation['fill']) => string> = {
  none: () => `
fn cropped(image: Image, y: i32, x: i32, channel: u32) -> i32 { return stored(image, y, x, channel); }`,

  padded: (fill) => `
fn mirrored(coordinate: i32, size: i32) -> i32 {
  let period = max(1, 2 * (size - 1));
  let within = ((coordinate % period) + period) % period;
  return select(period - within, within, within < size);
}
fn cropped(image: Image, y: i32, x: i32, channel: u32) -> i32 {
  let row = y + image.top - i32(at.padding);
  let column = x + image.left - i32(at.padding);
  let height = i32(at.height);
  let width = i32(at.width);
${
  fill === 'reflect'
    ? '  return stored(image, mirrored(row, height), mirrored(column, width), channel);'
    : `  let isInside = row >= 0 && row < height && column >= 0 && column < width;
  return select(0, stored(image, clamp(row, 0, height - 1), clamp(column, 0, width - 1), channel), isInside);`
}
}`,

  resized: () => `
fn samplingPoint(to: i32, size: i32, start: i32, length: i32) -> vec3i {
  let centre = max(0, (2 * to + 1) * length - size);
  let low = centre / (2 * size);
  if (low >= length - 1) { return vec3i(start + length - 1, start + length - 1, 0); }
  return vec3i(start + low, start + low + 1, ((centre - low * 2 * size) * ${2 ** SHARE_BITS} + size) / (2 * size));
}
fn between(low: i32, high: i32, share: i32) -> i32 { return low * (${2 ** SHARE_BITS} - share) + high * share; }
fn cropped(image: Image, y: i32, x: i32, channel: u32) -> i32 {
  let row = samplingPoint(y, i32(at.height), image.top, image.height);
  let column = samplingPoint(x, i32(at.width), image.left, image.width);
  let above = between(stored(image, row.x, column.x, channel), stored(image, row.x, column.y, channel), column.z);
  let below = between(stored(image, row.y, column.x, channel), stored(image, row.y, column.y, channel), column.z);
  return (between(above, below, row.z) + ${2 ** (2 * SHARE_BITS - 1)}) >> ${2 * SHARE_BITS}u;
}`,
};

/** Crop, flip and brightness: what the mean of the image, for the contrast, is taken of. */
const brightened = ({ crop, fill, flips, brightness }: Changed) => `${CROPS[crop](fill)}
fn brightened(image: Image, y: i32, x: i32, channel: u32) -> i32 {
  let column = ${flips ? 'select(x, i32(at.width) - 1 - x, image.isFlipped)' : 'x'};
  let grey = cropped(image, y, column, channel);
  return ${brightness ? 'timesFactor(grey, image.brightness)' : 'grey'};
}`;

const variantName = ({ crop, fill, flips, brightness, contrast, saturation, cutout, mixes }: Changed) =>
  [
    crop !== 'none' && (crop === 'padded' ? `crop-${fill}` : 'resized'),
    flips && 'flip',
    brightness && 'brightness',
    contrast && 'contrast',
    saturation && 'saturation',
    cutout > 0 && 'cutout',
    mixes && 'mixup',
  ]
    .filter(Boolean)
    .join('-');

/** Leaves the bytes of a batch's images as a batch that is sent leaves them: four to a word, sample after sample. */
export const keptPixels = (changed: Changed) =>
  ({
    name: `kept-pixels-${variantName(changed)}`,
    parameters: PARAMETERS,
    buffers: {
      ...IMAGES,
      means: ['read', 'array<u32>'],
      colours: ['read', 'array<u32>'],
      pixels: ['read_write', 'array<u32>'],
    },
    workgroup: [FLAT_THREADS, 1],
    module: `${ARITHMETIC}${brightened(changed)}
fn contrasted(image: Image, index: u32, y: i32, x: i32, channel: u32) -> i32 {
  let grey = brightened(image, y, x, channel);
  return ${changed.contrast ? 'awayFrom(grey, i32(means[index]), image.contrast)' : 'grey'};
}
fn finished(index: u32, feature: u32) -> i32 {
  let image = imageOf(index);
  let channel = feature % at.channels;
  let pixel = feature / at.channels;
  let y = i32(pixel / at.width);
  let x = i32(pixel % at.width);
${
  changed.cutout > 0
    ? `  let side = i32(at.cutout);
  let cutRow = y - (image.cutoutRow - side / 2);
  let cutColumn = x - (image.cutoutColumn - side / 2);
  if (cutRow >= 0 && cutRow < side && cutColumn >= 0 && cutColumn < side) { return i32(colours[channel]); }`
    : ''
}
${
  changed.saturation
    ? `  if (at.channels == ${LUMA.length}u) {
    let weights = vec3i(${LUMA.join(', ')});
    var luma = 128;
    var own = 0;
    for (var c = 0u; c < ${LUMA.length}u; c++) {
      let grey = contrasted(image, index, y, x, c);
      luma += weights[c] * grey;
      if (c == channel) { own = grey; }
    }
    return awayFrom(own, luma >> 8u, image.saturation);
  }`
    : ''
}
  return contrasted(image, index, y, x, channel);
}
fn mixed(index: u32, feature: u32) -> i32 {
  let own = finished(index, feature);
${
  changed.mixes
    ? `  let other = finished(records[index * ${RECORD_WORDS}u + ${MIXING_WORD}u], feature);
  let share = i32(records[index * ${RECORD_WORDS}u + ${MIXING_WORD + 1}u]);
  return (own * share + other * (${MIX_ONE} - share) + ${MIX_ONE / 2}) >> ${MIX_BITS}u;`
    : '  return own;'
}
}`,
    body: `${FLAT_INDEX}
  if (i >= (step.count * at.features + 3u) / 4u) { return; }
  var word = 0u;
  for (var j = 0u; j < 4u; j++) {
    let index = (4u * i + j) / at.features;
    if (index < step.count) { word |= u32(mixed(index, (4u * i + j) % at.features)) << (8u * j); }
  }
  pixels[i] = word;`,
  }) as const satisfies Kernel;

const THREADS = 64;

/** Mean luma of each image of a batch, in 256ths, as contrast wants it: a workgroup an image. */
export const meanLumas = (changed: Changed) =>
  ({
    name: `mean-lumas-${variantName(changed)}`,
    parameters: PARAMETERS,
    buffers: { ...IMAGES, means: ['read_write', 'array<u32>'] },
    workgroup: [THREADS, 1],
    sum: 'vec3u',
    module: `${ARITHMETIC}${brightened(changed)}
fn meanLevel(sum: u32, count: u32) -> u32 {
  let whole = sum / count;
  return whole * 256u + ((sum - whole * count) * 256u) / count;
}`,
    body: `
  if (group.x >= step.count) { return; }
  let image = imageOf(group.x);
  let isColoured = at.channels == ${LUMA.length}u;
  var own = vec3u(0);
  for (var i = local; i < at.features; i += ${THREADS}u) {
    let channel = i % at.channels;
    let pixel = i / at.channels;
    let grey = u32(brightened(image, i32(pixel / at.width), i32(pixel % at.width), channel));
    own[select(0u, channel, isColoured)] += grey;
  }
  let sum = total(own, local, lane);
  if (local != 0u) { return; }
  let count = at.height * at.width;
  if (isColoured) {
    means[group.x] = (${LUMA[0]}u * meanLevel(sum.x, count) + ${LUMA[1]}u * meanLevel(sum.y, count)
      + ${LUMA[2]}u * meanLevel(sum.z, count) + 32768u) >> 16u;
  } else {
    means[group.x] = meanLevel(sum.x, at.features);
  }`,
  }) as const satisfies Kernel;
