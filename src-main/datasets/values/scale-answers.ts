import { counted, type ImportAnswer } from '../../contract/index.ts';
import { MOST_LEVELS } from './levels.ts';
import { greysOf, isBeyond, scaleOfBits, short, type ValueScale } from './scale.ts';
import type { ScaledValues } from './scaled-values.ts';

/** A scale that may be meant, and why. */
export interface PossibleScale {
  scale: ValueScale;
  why: string;
}

/** Shares of the values that the middle leaves out at either end. */
const ENDS = [0.001, 0.01] as const;

/**
 * The scales that values may be meant to be on, with what each would give.
 * @param likely the first to be offered; the others follow by how many grey levels they leave
 */
export async function scaleAnswers(scaled: ScaledValues, likely: readonly PossibleScale[] = []) {
  const found = new Map<string, { answer: ImportAnswer; rank: number }>();
  for (const [at, possible] of [...likely, ...(await possibleScales(scaled))].entries()) {
    // As it would be typed, so that an answer and the option give the same.
    const [low, high] = [possible.scale.low, possible.scale.high].map((value) => Number(short(value)));
    const key = `${low} ${high}`;
    if (!(low < high) || found.has(key)) continue;
    const { greys, answer } = await answerOf(scaled, { ...possible, scale: { low, high } });
    found.set(key, { answer, rank: at < likely.length ? Infinity : greys });
  }
  return [...found.values()].sort((a, b) => (a.rank === b.rank ? 0 : b.rank - a.rank)).map(({ answer }) => answer);
}

async function possibleScales({ levels, quantiles }: ScaledValues): Promise<PossibleScale[]> {
  const { least, largest, isWhole } = levels;
  const found = await quantiles(ENDS.flatMap((share) => [share, 1 - share]));
  const percent = (share: number): string => `${Number((100 - 200 * share).toFixed(1))}%`;
  return [
    { scale: { low: least, high: largest }, why: 'from the least value to the largest' },
    ...(least > 0 ? [{ scale: { low: 0, high: largest }, why: 'from 0 to the largest value' }] : []),
    ...(isWhole ? [{ scale: scaleOfBits(levels), why: 'all that as many bits can hold' }] : []),
    ...ENDS.map((share, at) => ({
      scale: { low: found[2 * at], high: found[2 * at + 1] },
      why: `where the middle ${percent(share)} of the values are`,
    })),
  ];
}

async function answerOf(scaled: ScaledValues, { scale, why }: PossibleScale) {
  const { levels, countGreys, countBeyond, preview } = scaled;
  const { least, largest, distinct } = levels;
  const greys = greysOf(levels, scale) ?? (await countGreys(scale));
  const beyond = isBeyond(least, scale) || isBeyond(largest, scale) ? await countBeyond(scale) : 0;
  const values = distinct ? number(distinct.length) : `more than ${number(MOST_LEVELS)}`;
  const cut =
    beyond > 0 ? `; ${counted(beyond, 'value')} beyond ${beyond === 1 ? 'becomes' : 'become'} black or white` : '';
  const answer: ImportAnswer = {
    title: `Black is ${short(scale.low)}, white is ${short(scale.high)}`,
    outcome: `${why}: ${values} distinct values become ${number(greys)} grey levels${cut}`,
    choices: { valueRange: [scale.low, scale.high] },
    preview: await preview(scale),
  };
  return { greys, answer };
}

const number = (count: number): string => count.toLocaleString('en-GB');
