import type { ExampleImages, Labels } from '../contract/index.ts';
import { openCacheFile } from './cache-file.ts';
import { forEachAtOnce } from './streaming/at-once.ts';
import { openSamples } from './streaming/open-samples.ts';

/** Of one class at most, and of all together about so many bytes. */
const MOST_EXAMPLES = 8;
const EXAMPLE_BYTES = 2 ** 22;
/** Longest side of an example. */
const EXAMPLE_SIDE = 64;

/** A few training images of every class of a dataset's copy. @throws DatasetError where an image cannot be read */
export async function readExamples(file: string): Promise<ExampleImages> {
  const { shape, classes, train: split } = await openCacheFile(file);
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
      pixels.set(shrink(whole, shape, size), at * imageBytes);
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

/** Each pixel the mean of those it stands for. */
function shrink(
  pixels: Uint8Array,
  [height, width, channels]: [number, number, number],
  size: { height: number; width: number },
): Uint8Array {
  if (size.height === height && size.width === width) return pixels;
  const smaller = new Uint8Array(size.height * size.width * channels);
  for (let y = 0; y < size.height; y++) {
    const [top, bottom] = [y, y + 1].map((edge) => Math.floor((edge * height) / size.height));
    for (let x = 0; x < size.width; x++) {
      const [left, right] = [x, x + 1].map((edge) => Math.floor((edge * width) / size.width));
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += pixels[(row * width + column) * channels + channel];
        }
        smaller[(y * size.width + x) * channels + channel] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return smaller;
}
