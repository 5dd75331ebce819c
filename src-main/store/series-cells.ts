import { hashNumbers } from '../numerics/checksum.ts';

/** A point as it is stored: the value of what is not finite is null, and its flag says what it was. */
export type PointRow = [step: number, value: number | null, flag: number];

/** What is kept of the points of some steps. Of equal extremes, the first step counts. */
export interface Cell {
  count: number;
  /** The points' hashes added modulo 2^32, so that the order in which they came does not matter. */
  sum: number;
  nonfinite: number;
  /** The first point that is not finite. */
  unusualStep: number | null;
  unusualFlag: number | null;
  least: number | null;
  leastStep: number | null;
  most: number | null;
  mostStep: number | null;
}

export const emptyCell = (): Cell => ({
  count: 0,
  sum: 0,
  nonfinite: 0,
  unusualStep: null,
  unusualFlag: null,
  least: null,
  leastStep: null,
  most: null,
  mostStep: null,
});

export const hashPoint = (step: number, value: number | null, flag: number): number =>
  hashNumbers(step, value ?? 0, flag);

export const addSums = (a: number, b: number): number => (a + b) >>> 0;

/** @param hash of the point */
export function includePoint(cell: Cell, step: number, value: number | null, flag: number, hash: number): void {
  cell.count++;
  cell.sum = addSums(cell.sum, hash);
  if (value === null) {
    cell.nonfinite++;
    includeUnusual(cell, step, flag);
    return;
  }
  includeLeast(cell, value, step);
  includeMost(cell, value, step);
}

/** Takes the content of another cell into one. */
export function mergeCell(into: Cell, from: Cell): void {
  into.count += from.count;
  into.sum = addSums(into.sum, from.sum);
  into.nonfinite += from.nonfinite;
  if (from.unusualStep !== null) includeUnusual(into, from.unusualStep, from.unusualFlag);
  if (from.least !== null && from.leastStep !== null) includeLeast(into, from.least, from.leastStep);
  if (from.most !== null && from.mostStep !== null) includeMost(into, from.most, from.mostStep);
}

/** The points that speak for a cell, in order of step: its extremes, and the first that is not finite. */
export function pointsOfCell(cell: Cell): PointRow[] {
  const rows: PointRow[] = [];
  if (cell.leastStep !== null) rows.push([cell.leastStep, cell.least, 0]);
  if (cell.mostStep !== null && cell.mostStep !== cell.leastStep) rows.push([cell.mostStep, cell.most, 0]);
  if (cell.unusualStep !== null) rows.push([cell.unusualStep, null, cell.unusualFlag ?? 0]);
  return rows.sort((a, b) => a[0] - b[0]);
}

function includeUnusual(cell: Cell, step: number, flag: number | null): void {
  if (cell.unusualStep !== null && cell.unusualStep <= step) return;
  cell.unusualStep = step;
  cell.unusualFlag = flag;
}

function includeLeast(cell: Cell, value: number, step: number): void {
  const { least, leastStep } = cell;
  if (least !== null && leastStep !== null && !(value < least || (value === least && step < leastStep))) return;
  cell.least = value;
  cell.leastStep = step;
}

function includeMost(cell: Cell, value: number, step: number): void {
  const { most, mostStep } = cell;
  if (most !== null && mostStep !== null && !(value > most || (value === most && step < mostStep))) return;
  cell.most = value;
  cell.mostStep = step;
}

/**
 * Steps a bucket spans, so that at most `buckets` cover `first..last`: a power of two, and buckets start at its
 * multiples, so they stay where they are while points arrive.
 */
export function bucketWidth(first: number, last: number, buckets: number): number {
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > buckets) width *= 2;
  return width;
}
