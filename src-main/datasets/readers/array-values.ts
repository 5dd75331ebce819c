import { setImmediate as otherWork } from 'node:timers/promises';
import { DatasetError } from '../dataset-error.ts';
import type { ImportContext } from '../image-source.ts';
import { decideScale, isBeyond, short } from '../values/decide-scale.ts';
import { createLevelCounter, joinLevels, type Levels } from '../values/levels.ts';
import { areAlike, toGrey, type ValueScale } from '../values/scale.ts';
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
 * @throws DatasetError where the values do not say on what scale they are, naming the option that does
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
    if (!levels) throw new DatasetError(`${set.place}: holds nothing but ${odd.get(0)}.`, set.place);
    notNumbers.set(set, odd);
    found.push(levels);
  }
  const odd = found.findIndex((levels) => !areAlike(found[0], levels));
  if (odd > 0 && choices.valueRange === null) throw unlike([sets[0], sets[odd]], found[0], found[odd]);

  const count = async (isCounted: (value: number) => boolean): Promise<number> => {
    let total = 0;
    await forEachOf(sets, signal, (value) => {
      if (Number.isFinite(value) && isCounted(value)) total++;
    });
    return total;
  };
  const values = {
    place: sets[0].place,
    levels: found.reduce(joinLevels),
    images: sets.reduce((sum, set) => sum + set.count, 0),
    countGreys(scale: ValueScale) {
      const isSeen = new Uint8Array(256);
      return count((value) => {
        const grey = toGrey(value, scale);
        return isSeen[grey] === 0 && (isSeen[grey] = 1) === 1;
      });
    },
    countBeyond: (scale: ValueScale) => count((value) => isBeyond(value, scale)),
  };
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

function unlike([{ place }, other]: readonly LabelledArray[], training: Levels, held: Levels): DatasetError {
  const range = ({ least, largest }: Levels) => `from ${short(least)} to ${short(largest)}`;
  return new DatasetError(
    `${other.place}: its values run ${range(held)}, but those of ${place} ${range(training)}. Both have to be on one ` +
      'scale: save them so, or say which values are black and white in both: --value-range=LOW,HIGH.',
    other.place,
  );
}
