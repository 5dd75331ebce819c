import type { ImportChoices } from '../../contract/index.ts';
import type { ImportFindings } from '../image-source.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';
import { MOST_LEVELS } from './levels.ts';
import { scaleAnswers } from './scale-answers.ts';
import type { ScaledValues } from './scaled-values.ts';
import {
  LEAST_LEVELS,
  chooseScale,
  familyOf,
  greysOf,
  isBeyond,
  isByteScale,
  short,
  type ValueScale,
} from './scale.ts';

/** Whole numbers that reach no further are as good as black among bytes, and hardly meant to be. */
const DARK = 31;

/**
 * What becomes grey 0 to 255: the range that was chosen, or what the values say. Everything that this changes is reported.
 * @throws UndecidedImportError where the values do not say it, with what some ranges would give
 */
export async function decideScale(
  scaled: ScaledValues,
  { valueRange }: ImportChoices,
  report: ImportFindings,
): Promise<ValueScale> {
  const { location, levels, images, countGreys, countBeyond } = scaled;
  const { least, largest, distinct } = levels;
  const given = valueRange && { low: valueRange[0], high: valueRange[1] };
  const chosen = given
    ? { scale: given, before: distinct?.length ?? null, after: greysOf(levels, given) ?? (await countGreys(given)) }
    : await chooseScale(levels, countGreys);
  const values = distinct ? countOf(distinct.length) : `more than ${countOf(MOST_LEVELS)}`;
  if (!chosen) {
    const problem =
      `Its values run from ${short(least)} to ${short(largest)}, ${values} distinct ones, and would become fewer than ` +
      `${LEAST_LEVELS} grey levels. Say which values are black and white.`;
    const answers = await scaleAnswers(scaled);
    throw new UndecidedImportError({ path: location, problem, decides: ['valueRange'], answers });
  }
  const { scale, before, after } = chosen;
  const range = `${short(scale.low)} to ${short(scale.high)}`;
  if (familyOf(levels) === 'binary' && !given)
    report.changed('converted', 'images of 0 and 1, now of 0 and 255', images);
  else if (!isByteScale(scale)) report.changed('rescaled', `images of values of ${range}, now of 0 to 255`, images);
  else if (largest > 1 && largest <= DARK && !given) {
    report.note(
      `The values run from ${short(least)} to ${short(largest)} only, of 255, and stay so; a value range of 0 to ${short(largest)} (--value-range=0,${short(largest)}) spreads them.`,
    );
  }
  if (before === null || after < before) {
    report.changed('rounded', `images of ${values} distinct values, now of ${after} grey levels`, images);
  }
  const beyond = isBeyond(least, scale) || isBeyond(largest, scale) ? await countBeyond(scale) : 0;
  if (beyond > 0) report.changed('rounded', `values beyond ${range}, now 0 or 255`, beyond);
  return scale;
}

const countOf = (value: number): string => value.toLocaleString('en-GB');
