import type { ImportChoices } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImportFindings } from '../image-source.ts';
import { MOST_LEVELS, type Levels } from './levels.ts';
import { LEAST_LEVELS, chooseScale, familyOf, greysOf, isByteScale, type ValueScale } from './scale.ts';

/** Whole numbers that reach no further are as good as black among bytes, and hardly meant to be. */
const DARK = 31;

/** Values whose scale is to be decided. */
export interface ScaledValues {
  /** What holds them, towards the reader. */
  place: string;
  levels: Levels;
  /** Images that they are of. */
  images: number;
  /** Grey levels that the values become on a scale, by a look at all of them. */
  countGreys(scale: ValueScale): Promise<number>;
  /** Values that lie beyond a scale by more than rounding. */
  countBeyond(scale: ValueScale): Promise<number>;
}

/**
 * What becomes grey 0 to 255: the range that was chosen, or what the values say. Everything that this changes is told.
 * @throws DatasetError where the values do not say it, naming the option that does
 */
export async function decideScale(
  { place, levels, images, countGreys, countBeyond }: ScaledValues,
  { valueRange }: ImportChoices,
  report: ImportFindings,
): Promise<ValueScale> {
  const { least, largest, distinct } = levels;
  const given = valueRange && { low: valueRange[0], high: valueRange[1] };
  const chosen = given
    ? { scale: given, before: distinct?.length ?? null, after: greysOf(levels, given) ?? (await countGreys(given)) }
    : await chooseScale(levels, countGreys);
  const values = distinct ? countOf(distinct.length) : `more than ${countOf(MOST_LEVELS)}`;
  if (!chosen) {
    throw new DatasetError(
      `${place}: its values run from ${short(least)} to ${short(largest)}, ${values} distinct ones, and would become ` +
        `fewer than ${LEAST_LEVELS} grey levels. Say which values are black and white: --value-range=LOW,HIGH.`,
      place,
    );
  }
  const { scale, before, after } = chosen;
  const range = `${short(scale.low)} to ${short(scale.high)}`;
  if (familyOf(levels) === 'binary' && !given)
    report.changed('converted', 'images of 0 and 1, now of 0 and 255', images);
  else if (!isByteScale(scale)) report.changed('rescaled', `images of values of ${range}, now of 0 to 255`, images);
  else if (largest > 1 && largest <= DARK && !given) {
    report.note(
      `The values run from ${short(least)} to ${short(largest)} only, of 255, and stay so; --value-range=0,${short(largest)} spreads them.`,
    );
  }
  if (before === null || after < before) {
    report.changed('rounded', `images of ${values} distinct values, now of ${after} grey levels`, images);
  }
  const beyond = isBeyond(least, scale) || isBeyond(largest, scale) ? await countBeyond(scale) : 0;
  if (beyond > 0) report.changed('rounded', `values beyond ${range}, now 0 or 255`, beyond);
  return scale;
}

/** Whether a value becomes grey 0 or 255 by more than rounding. */
export function isBeyond(value: number, { low, high }: ValueScale): boolean {
  const halfStep = (high - low) / 510;
  return value < low - halfStep || value > high + halfStep;
}

const countOf = (value: number): string => value.toLocaleString('en-GB');

/** Without the digits that a 32-bit float does not have. */
export const short = (value: number): string => String(Number(value.toPrecision(7)));
