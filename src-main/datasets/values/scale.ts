import type { Levels } from './levels.ts';

/** The values that become grey 0 and grey 255; those between follow in proportion, halves upwards. */
export interface ValueScale {
  low: number;
  high: number;
}

/** What values mean, as far as they say so. */
export type ValueFamily =
  /** All the same: of every scale. */
  | 'constant'
  /** 0 and 1. */
  | 'binary'
  /** Whole numbers or floats of 0 to 255. */
  | 'bytes'
  /** Floats of 0 to 1. */
  | 'unit'
  /** Floats of -1 to 1. */
  | 'signed unit'
  | 'other';

/** Floats that are meant to run from 0 to 1 may leave it by this much, from rounding or resizing. */
const UNIT_TOLERANCE = 0.01;
/** Floats that do not come near it are not on the scale of bytes. */
const BYTE_FLOATS_REACH = 128;
/** An own guess that leaves fewer grey levels, of more distinct values, is refused. */
export const LEAST_LEVELS = 64;

const BYTE_SCALE: ValueScale = { low: 0, high: 255 };

export const isByteScale = ({ low, high }: ValueScale): boolean => low === 0 && high === 255;

/** The grey level of a value. */
export function toGrey(value: number, { low, high }: ValueScale): number {
  const grey = Math.floor(((value - low) / (high - low)) * 255 + 0.5);
  return grey < 0 ? 0 : grey > 255 ? 255 : grey;
}

/** Whether a value becomes grey 0 or 255 by more than rounding. */
export function isBeyond(value: number, { low, high }: ValueScale): boolean {
  const halfStep = (high - low) / 510;
  return value < low - halfStep || value > high + halfStep;
}

export function familyOf({ least, largest, isWhole }: Levels): ValueFamily {
  if (least === largest) return 'constant';
  if (isWhole && least === 0 && largest === 1) return 'binary';
  if (isWhole && least >= 0 && largest <= 255) return 'bytes';
  if (isWhole) return 'other';
  const isUpToOne = largest <= 1 + UNIT_TOLERANCE;
  if (isUpToOne && least >= -UNIT_TOLERANCE) return 'unit';
  if (isUpToOne && least >= -1 - UNIT_TOLERANCE) return 'signed unit';
  return least >= -0.5 && largest >= BYTE_FLOATS_REACH && largest < 255.5 ? 'bytes' : 'other';
}

const UNIT_SCALE: ValueScale = { low: 0, high: 1 };

const CONVENTIONS: Record<Exclude<ValueFamily, 'other'>, (levels: Levels) => ValueScale> = {
  constant: ({ least, isWhole }) =>
    isWhole && least >= 0 && least <= 255 ? BYTE_SCALE : { low: Math.min(0, least), high: Math.max(1, least) },
  binary: () => UNIT_SCALE,
  bytes: () => BYTE_SCALE,
  unit: () => UNIT_SCALE,
  'signed unit': () => ({ low: -1, high: 1 }),
};

/** Whole numbers beyond a byte: what so many bits hold, as cameras and scanners write them. */
export function scaleOfBits({ least, largest }: Levels): ValueScale {
  if (least >= 0) return { low: 0, high: 2 ** bitsFor(largest) - 1 };
  const bits = Math.max(7, bitsFor(largest), bitsFor(-least - 1));
  return { low: -(2 ** bits), high: 2 ** bits - 1 };
}

const bitsFor = (value: number): number => (value < 1 ? 0 : Math.floor(Math.log2(value)) + 1);

/** From the least to the largest; values from 0 on keep their black. */
const stretch = ({ least, largest }: Levels): ValueScale => ({ low: Math.min(0, least), high: largest });

function scalesFor(levels: Levels): ValueScale[] {
  const family = familyOf(levels);
  if (family === 'constant') return [CONVENTIONS.constant(levels)];
  if (family !== 'other') return [CONVENTIONS[family](levels), stretch(levels)];
  return levels.isWhole ? [scaleOfBits(levels), stretch(levels)] : [stretch(levels)];
}

export interface ChosenScale {
  scale: ValueScale;
  /** Distinct values; null where there are more than are counted. */
  before: number | null;
  /** Grey levels that they become. */
  after: number;
}

/**
 * The scale that values say they are on, and that keeps them apart: the usual one of their family where it does, else
 * one that spreads just these values where that does, else the first that leaves LEAST_LEVELS of them.
 * @param countGreys how many grey levels the values become on a scale, where they are too many to be listed
 * @returns null where no scale leaves enough
 */
export async function chooseScale(
  levels: Levels,
  countGreys: (scale: ValueScale) => Promise<number>,
): Promise<ChosenScale | null> {
  const before = levels.distinct?.length ?? null;
  const tried: ChosenScale[] = [];
  for (const scale of scalesFor(levels)) {
    tried.push({ scale, before, after: greysOf(levels, scale) ?? (await countGreys(scale)) });
  }
  return tried.find(({ after }) => after === before) ?? tried.find(({ after }) => after >= LEAST_LEVELS) ?? null;
}

/** How many grey levels the listed values become; null where they are not listed. */
export function greysOf({ distinct }: Levels, scale: ValueScale): number | null {
  return distinct && new Set(Array.from(distinct, (value) => toGrey(value, scale))).size;
}

/** Whether the values of two splits seem to be on one scale. */
export function areAlike(a: Levels, b: Levels): boolean {
  const families = [familyOf(a), familyOf(b)];
  if (families.includes('constant')) return true;
  if (families[0] !== families[1]) return families.every((family) => family === 'binary' || family === 'unit');
  if (families[0] !== 'other') return true;
  const [one, other] = [a.largest - a.least, b.largest - b.least];
  return Math.max(one, other) <= 2 * Math.min(one, other) && a.least < 0 === b.least < 0;
}

/** Without the digits that a 32-bit float does not have. */
export const short = (value: number): string => String(Number(value.toPrecision(7)));
