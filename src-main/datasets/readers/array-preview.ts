import type { PreviewImages } from '../../contract/index.ts';
import type { ListedArray } from './array-list.ts';
import type { ValueScale } from '../values/scale.ts';
import { copySample, forEachValue, layOut, type LabelledArray } from './array-set.ts';
import type { NamedFiles } from './named-files.ts';
import { MOST_PREVIEWED } from './preview.ts';
import { readNpy } from './npy.ts';

/** Longest side of an image that is shown, and bytes of an array that are read for it. */
const LONGEST_SIDE = 256;
const MOST_BYTES = 2 ** 26;

/** The first images of an array, its least value black and its greatest white; null where that cannot be shown. */
export async function previewArray(files: NamedFiles, { name, header }: ListedArray): Promise<PreviewImages | null> {
  if (header === null || header.isFortran) return null;
  const [count = 0, ...rest] = header.shape;
  const bytesEach = header.bytes / Math.max(1, count);
  const shown = Math.min(count, MOST_PREVIEWED, Math.floor(MOST_BYTES / Math.max(1, bytesEach)));
  if (shown === 0) return null;
  try {
    const part = { ...header, shape: [shown, ...rest], bytes: bytesEach * shown };
    const array = await readNpy(files.open(name), await files.size(name), () => {}, part);
    const set = { values: array.values, ...layOut(array, name) };
    const [height, width, channels] = set.shape;
    if (Math.max(height, width) > LONGEST_SIDE) return null;
    const values: number[] = [];
    for (let sample = 0; sample < shown; sample++) forEachValue(set, sample, (value) => values.push(value));
    const finite = values.filter(Number.isFinite);
    const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
    const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
    const grey = (value: number) => (high > low ? Math.round(((value - low) / (high - low)) * 255) : 0);
    return {
      count: shown,
      height,
      width,
      channels: channels === 3 ? 3 : 1,
      pixels: Uint8Array.from(values, (value) => (Number.isFinite(value) ? grey(value) : 0)),
    };
  } catch {
    return null;
  }
}

/** The first images of each set on a scale, made smaller where they are large, by leaving out rows and columns. */
export function previewSets(sets: readonly LabelledArray[], scale: ValueScale): PreviewImages {
  const [height, width, channels] = sets[0].shape;
  const step = Math.ceil(Math.max(height, width) / LONGEST_SIDE);
  const each = Math.max(1, Math.floor(MOST_PREVIEWED / sets.length));
  const pixels: number[] = [];
  let count = 0;
  for (const set of sets) {
    for (let sample = 0; sample < Math.min(each, set.count); sample++) {
      const whole = new Uint8Array(height * width * channels);
      copySample(set, sample, scale, whole);
      for (let y = 0; y < height; y += step) {
        for (let x = 0; x < width; x += step) {
          for (let channel = 0; channel < channels; channel++) pixels.push(whole[(y * width + x) * channels + channel]);
        }
      }
      count++;
    }
  }
  const [rows, columns] = [height, width].map((side) => Math.ceil(side / step));
  return { count, height: rows, width: columns, channels: channels === 3 ? 3 : 1, pixels: Uint8Array.from(pixels) };
}

/** How many different values an array of labels has: `10 different values from 0 to 9`; null where it cannot be read. */
export async function describeLabels(files: NamedFiles, { name, header }: ListedArray): Promise<string | null> {
  if (header === null || header.bytes > MOST_BYTES) return null;
  try {
    const { values } = await readNpy(files.open(name), await files.size(name), () => {});
    const distinct = [...new Set(values)].sort((a, b) => a - b);
    const range = distinct.length > 1 ? ` from ${distinct[0]} to ${distinct.at(-1)}` : '';
    return `${distinct.length} different ${distinct.length === 1 ? 'value' : 'values'}${range}`;
  } catch {
    return null;
  }
}
