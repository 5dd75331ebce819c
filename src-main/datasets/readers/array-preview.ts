import type { PreviewImages } from '../../contract/index.ts';
import type { ListedArray } from './array-list.ts';
import { forEachValue, layOut } from './array-set.ts';
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
