/** better-sqlite3 writes NaN as NULL, so a flag beside the value tells what kind of number it was. */
export const FLAG = { finite: 0, nan: 1, infinity: 2, minusInfinity: 3 } as const;

export interface StoredNumber {
  value: number | null;
  flag: number;
}

export function toStored(value: number): StoredNumber {
  if (Number.isFinite(value)) return { value, flag: FLAG.finite };
  if (Number.isNaN(value)) return { value: null, flag: FLAG.nan };
  return { value: null, flag: value > 0 ? FLAG.infinity : FLAG.minusInfinity };
}

export function fromStored(value: number | null, flag: number): number {
  if (value !== null) return value;
  if (flag === FLAG.infinity) return Number.POSITIVE_INFINITY;
  return flag === FLAG.minusInfinity ? Number.NEGATIVE_INFINITY : Number.NaN;
}
