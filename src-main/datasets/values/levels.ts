/** The distinct values of some images. */
export interface Levels {
  least: number;
  largest: number;
  isWhole: boolean;
  /** In ascending order; null where there are more than MOST_LEVELS. */
  distinct: Float64Array | null;
}

/** Values this close, of the span of most, are one: floats differ by how they were worked out. Half a step of 16 bits. */
const SAME_SHARE = 2 ** -17;
/** Of the distinct values at either end, those that the span leaves out, so that one far off does not merge all others. */
const ENDS_SHARE = 0.05;

/** Distinct values that are distinguished: all that two bytes can hold. */
export const MOST_LEVELS = 65_536;

/** A power of two: small images have few levels. */
const FIRST_SLOTS = 1024;

export interface LevelCounter {
  /** Counts a finite value. */
  add(value: number): void;
  /** Of all that was counted; null where nothing was. */
  levels(): Levels | null;
}

/** Finds the distinct values among many: a table with open addressing, since a `Set` takes ten times as long. */
export function createLevelCounter(): LevelCounter {
  let table = new Float64Array(FIRST_SLOTS).fill(NaN);
  const bits = new Float64Array(1);
  const halves = new Int32Array(bits.buffer);
  let [least, largest, isWhole, count, last] = [Infinity, -Infinity, true, 0, NaN];

  const insert = (value: number): void => {
    bits[0] = value;
    let slot = (Math.imul(halves[0] ^ Math.imul(halves[1], 0x9e3779b1), 0x85ebca6b) >>> 13) & (table.length - 1);
    while (!Number.isNaN(table[slot])) {
      if (table[slot] === value) return;
      slot = (slot + 1) & (table.length - 1);
    }
    table[slot] = value;
    count++;
    // A table that is more than a quarter full searches long.
    if (4 * count > table.length && count <= MOST_LEVELS) grow();
  };
  const grow = (): void => {
    const values = table.filter((value) => !Number.isNaN(value));
    table = new Float64Array(4 * table.length).fill(NaN);
    count = 0;
    values.forEach(insert);
  };

  return {
    add(given) {
      // Minus zero is zero.
      const value = given + 0;
      if (value === last) return;
      last = value;
      if (value < least) least = value;
      if (value > largest) largest = value;
      if (isWhole && !Number.isInteger(value)) isWhole = false;
      if (count <= MOST_LEVELS) insert(value);
    },
    levels() {
      if (count === 0) return null;
      const found = count > MOST_LEVELS ? null : table.filter((value) => !Number.isNaN(value)).sort();
      return { least, largest, isWhole, distinct: found && apart(found) };
    },
  };
}

/** Of sorted values those that are apart from the one before. */
function apart(sorted: Float64Array): Float64Array {
  const end = Math.floor(sorted.length * ENDS_SHARE);
  const nearest = (sorted[sorted.length - 1 - end] - sorted[end]) * SAME_SHARE;
  return sorted.filter((value, at) => at === 0 || value - sorted[at - 1] > nearest);
}

/** Of both together. */
export function joinLevels(a: Levels, b: Levels): Levels {
  const all = a.distinct && b.distinct ? apart(Float64Array.from([...a.distinct, ...b.distinct]).sort()) : null;
  return {
    least: Math.min(a.least, b.least),
    largest: Math.max(a.largest, b.largest),
    isWhole: a.isWhole && b.isWhole,
    distinct: all && all.length <= MOST_LEVELS ? all : null,
  };
}
