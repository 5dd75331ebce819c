import { basename } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { PreviewImages } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImportContext } from '../image-source.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';
import { decideScale } from '../values/decide-scale.ts';
import { createLevelCounter, joinLevels, type Levels } from '../values/levels.ts';
import { scaleAnswers, type PossibleScale } from '../values/scale-answers.ts';
import { areAlike, chooseScale, isBeyond, short, toGrey, type ValueScale } from '../values/scale.ts';
import type { ScaledValues } from '../values/scaled-values.ts';
import { previewSets } from './array-preview.ts';
import { forEachValue, type LabelledArray } from './array-set.ts';

/** Values between two looks whether anyone cancelled. */
const LOOK_EVERY = 2 ** 23;

export interface ScaledArrays {
  scale: ValueScale;
  /** Of each set the samples that hold what is no number, such as NaN, and one such value each. */
  notNumbers: ReadonlyMap<LabelledArray, ReadonlyMap<number, number>>;
}

/**
 * Looks at all values and decides what becomes grey 0 to 255: once, so that training and test images are of one scale.
 * @throws UndecidedImportError where the values do not say on what scale they are, with what some ranges would give
 */
export async function scaleArrays(
  train: readonly LabelledArray[],
  test: readonly LabelledArray[],
  context: ImportContext,
): Promise<ScaledArrays> {
  const sets = [...train, ...test];
  const { choices, report, signal } = context;
  const notNumbers = new Map<LabelledArray, Map<number, number>>();
  const found: Levels[] = [];
  for (const set of sets) {
    const counter = createLevelCounter();
    const odd = new Map<number, number>();
    await forEachOf([set], signal, (value, sample) => {
      if (Number.isFinite(value)) counter.add(value);
      else odd.set(sample, value);
    });
    const levels = counter.levels();
    if (!levels) throw new DatasetError(`${set.location}: holds nothing but ${odd.get(0)}.`, set.location);
    notNumbers.set(set, odd);
    found.push(levels);
  }
  const count = async (isCounted: (value: number) => boolean): Promise<number> => {
    let total = 0;
    await forEachOf(sets, signal, (value) => {
      if (Number.isFinite(value) && isCounted(value)) total++;
    });
    return total;
  };
  const values: ScaledValues = {
    location: sets[0].location,
    levels: found.reduce(joinLevels),
    images: sets.reduce((sum, set) => sum + set.count, 0),
    countGreys(scale) {
      const isSeen = new Uint8Array(256);
      return count((value) => {
        const grey = toGrey(value, scale);
        return isSeen[grey] === 0 && (isSeen[grey] = 1) === 1;
      });
    },
    countBeyond: (scale) => count((value) => isBeyond(value, scale)),
    quantiles: (shares) => quantilesOf(sets, signal, shares),
    preview: (scale): Promise<PreviewImages | null> => Promise.resolve(previewSets(sets, scale)),
  };
  const odd = found.findIndex((levels) => !areAlike(found[0], levels));
  if (odd > 0 && choices.valueRange === null) throw await unlike(values, [sets[0], sets[odd]], [found[0], found[odd]]);
  return { scale: await decideScale(values, choices, report), notNumbers };
}

async function forEachOf(
  sets: readonly LabelledArray[],
  signal: AbortSignal,
  visit: (value: number, sample: number) => void,
): Promise<void> {
  for (const set of sets) {
    const step = Math.max(1, Math.floor(LOOK_EVERY / (set.shape[0] * set.shape[1] * set.shape[2])));
    for (let sample = 0; sample < set.count; sample++) {
      if (sample % step === step - 1) {
        await otherWork();
        signal.throwIfAborted();
      }
      forEachValue(set, sample, (value) => visit(value, sample));
    }
  }
}

/** Values that are sorted for it. */
const MOST_SORTED = 2 ** 20;

async function quantilesOf(
  sets: readonly LabelledArray[],
  signal: AbortSignal,
  shares: readonly number[],
): Promise<number[]> {
  const total = sets.reduce((sum, { count, shape }) => sum + count * shape[0] * shape[1] * shape[2], 0);
  const step = Math.ceil(total / MOST_SORTED);
  const taken: number[] = [];
  let at = 0;
  await forEachOf(sets, signal, (value) => {
    if (at++ % step === 0 && Number.isFinite(value)) taken.push(value);
  });
  const sorted = Float64Array.from(taken).sort();
  return shares.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
}

/** Two sets of images that are not on one scale: each one's own are offered, and what holds both. */
async function unlike(
  scaled: ScaledValues,
  [training, other]: readonly LabelledArray[],
  levels: readonly [training: Levels, other: Levels],
): Promise<UndecidedImportError> {
  const [own, others] = levels.map(({ least, largest }) => `from ${short(least)} to ${short(largest)}`);
  const likely: PossibleScale[] = [];
  for (const [at, { location }] of [training, other].entries()) {
    const chosen = await chooseScale(levels[at], scaled.countGreys);
    if (chosen) likely.push({ scale: chosen.scale, why: `as in ${basename(location)}` });
  }
  return new UndecidedImportError({
    path: other.location,
    problem:
      `Its values run ${others}, but those of ${training.location} ${own}. Both have to be on one scale: save them so, or ` +
      'say which values are black and white in both.',
    decides: ['valueRange'],
    answers: await scaleAnswers(scaled, likely),
  });
}
