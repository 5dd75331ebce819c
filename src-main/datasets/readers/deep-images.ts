import type { ImportContext } from '../image-source.ts';
import { decideScale } from '../values/decide-scale.ts';
import { createLevelCounter } from '../values/levels.ts';
import { isBeyond, toGrey } from '../values/scale.ts';
import { ImageProblem, readDeepValues, type ImageTarget } from './decode-image.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import { MOST_PREVIEWED, previewFiles, shownTarget } from './preview.ts';

/**
 * The target of images whose first has 16 bits a channel, with the scale that their values are on: 16 bits often hold
 * the 12 of a camera, which would become 17 grey levels. All images are looked at for that, whatever they are of.
 * @param location what holds them, towards the reader
 * @returns the target as it is where the first image has 8 bits a channel and no value range is chosen
 * @throws UndecidedImportError where the values fit no scale, with what some ranges would give
 */
export async function decideDepth<T>(
  target: ImageTarget,
  location: string,
  items: Iterable<T> | AsyncIterable<T>,
  encoded: EncodedSamples<T>,
  { choices, report, signal }: ImportContext,
): Promise<ImageTarget> {
  if (target.scale === null && choices.valueRange === null) return target;
  const counts = new Float64Array(65_536);
  let images = 0;
  const shown: T[] = [];
  for await (const item of items) {
    signal.throwIfAborted();
    const values = await valuesOf(item, encoded);
    if (values === null) continue;
    images++;
    if (shown.length < MOST_PREVIEWED) shown.push(item);
    for (const value of values) counts[value]++;
  }
  const counter = createLevelCounter();
  const found = [...counts.keys()].filter((value) => counts[value] > 0);
  for (const value of found) counter.add(value);
  const levels = counter.levels();
  if (levels === null) return target;
  const scale = await decideScale(
    {
      location,
      levels,
      images,
      countGreys: (on) => Promise.resolve(new Set(found.map((value) => toGrey(value, on))).size),
      countBeyond: (on) =>
        Promise.resolve(found.reduce((sum, value) => sum + (isBeyond(value, on) ? counts[value] : 0), 0)),
      quantiles: (shares) => Promise.resolve(shares.map((share) => valueAt(counts, share))),
      preview: (on) =>
        previewFiles(
          shown.map((item) => () => encoded.bytes(item)),
          shownTarget({ ...target, scale: on }),
        ),
    },
    choices,
    report,
  );
  return { ...target, scale };
}

/** The value below which a share of all is. */
function valueAt(counts: Float64Array, share: number): number {
  let left = share * counts.reduce((sum, count) => sum + count, 0);
  return Math.max(
    0,
    counts.findIndex((count) => (left -= count) < 0),
  );
}

/** null for what has no 16 bits; a file that cannot be used is reported when it is decoded. */
async function valuesOf<T>(item: T, encoded: EncodedSamples<T>): Promise<Uint16Array | null> {
  try {
    return await readDeepValues(await encoded.bytes(item));
  } catch (error) {
    if (error instanceof ImageProblem || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}
