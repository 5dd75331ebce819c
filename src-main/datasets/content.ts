import sharp from 'sharp';
import type { DatasetContent, ExampleImages, Labels, StreamedSplit } from '../contract/index.ts';
import { openCacheFile } from './cache-file.ts';
import { readCacheHeader } from './cache-header.ts';
import { forEachAtOnce } from './streaming/at-once.ts';
import { openSamples } from './streaming/open-samples.ts';

/** Of one class at most, and of all together about so many bytes. */
const MOST_EXAMPLES = 8;
const EXAMPLE_BYTES = 2 ** 22;
/** Longest side of an example. */
const EXAMPLE_SIDE = 64;

/**
 * What a dataset's copy holds: its labels are counted, and a few of its images read.
 * @throws DamagedCacheError; DatasetError where an image cannot be read; the system's ENOENT where there is no copy
 */
export async function readContent(id: string, file: string): Promise<DatasetContent> {
  const { classes, mean, deviation, contentSha256 } = await readCacheHeader(file);
  const { shape, train, test } = await openCacheFile(file);
  return {
    id,
    contentSha256,
    classCounts: { train: countLabels(train.labels, classes.length), test: countLabels(test.labels, classes.length) },
    mean,
    deviation,
    examples: await readExamples(train, shape, classes.length),
  };
}

function countLabels(labels: Labels, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

async function readExamples(
  split: StreamedSplit,
  shape: [number, number, number],
  classes: number,
): Promise<ExampleImages> {
  const [height, width, channels] = shape;
  const size = exampleSize(height, width);
  const imageBytes = size.height * size.width * channels;
  const perClass = Math.max(1, Math.min(MOST_EXAMPLES, Math.floor(EXAMPLE_BYTES / (classes * imageBytes))));
  const chosen = chooseExamples(split.labels, classes, perClass);
  const pixels = new Uint8Array(chosen.length * imageBytes);
  const samples = await openSamples(split, shape, 0);
  try {
    await forEachAtOnce(chosen.length, 8, async (at) => {
      const whole = new Uint8Array(height * width * channels);
      await samples.read(Uint32Array.of(chosen[at]), whole);
      pixels.set(await shrink(whole, shape, size), at * imageBytes);
    });
  } finally {
    await samples.close();
  }
  return { ...size, channels, labels: Uint16Array.from(chosen, (sample) => split.labels[sample]), pixels };
}

/** Evenly spaced among the samples of each class, so that no random number decides what is shown. */
function chooseExamples(labels: Labels, classes: number, perClass: number): number[] {
  const members = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, sample) => members[label].push(sample));
  return members.flatMap((ofClass) => {
    const count = Math.min(perClass, ofClass.length);
    return Array.from({ length: count }, (_, at) => ofClass[Math.floor(((at + 0.5) * ofClass.length) / count)]);
  });
}

function exampleSize(height: number, width: number): { height: number; width: number } {
  const scale = Math.min(1, EXAMPLE_SIDE / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

async function shrink(
  pixels: Uint8Array,
  [height, width, channels]: [number, number, number],
  size: { height: number; width: number },
): Promise<Uint8Array> {
  if (size.height === height && size.width === width) return pixels;
  const raw = { height, width, channels: channels === 1 ? (1 as const) : (3 as const) };
  const image = sharp(pixels, { raw }).resize(size.width, size.height, { fit: 'fill' });
  return (channels === 1 ? image.toColourspace('b-w') : image).raw().toBuffer();
}
