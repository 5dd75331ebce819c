import { ReadableError, type MeasureOptions, type MeasureTable } from '../../contract/index.ts';
import type { LayerHistory } from './history.ts';

/** What is asked of a measure does not apply: another update, a layer that is too large, runs that cannot be compared. */
export class UnmeasurableError extends ReadableError {
  override readonly name = 'UnmeasurableError';
}

/** Whole numbers by row. Counts of several layers are added row by row, the shorter list taken as ending in zeros. */
export type Counts = Record<string, number[]>;

/** What a measure may be given beside the history. */
export interface MeasureContext extends Pick<MeasureOptions, 'update' | 'tau'> {
  /** The same layer of the run to compare with. */
  other?: LayerHistory;
}

/**
 * A measure in two steps, so that a total over layers is the measure of their counts: `count` streams over one layer,
 * `present` turns counts into columns.
 */
export interface Measure {
  title: string;
  /** Where it is defined; shown beside what was measured. */
  source: string;
  /** Whether counts of several layers may be added. */
  additive: boolean;
  /** @throws UnmeasurableError where the layer is too large for it, or the options do not fit */
  count(history: LayerHistory, context: MeasureContext): Counts;
  present(counts: Counts): MeasureTable;
}

/** Row by row; shorter lists end in zeros. */
export function addCounts(all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const [key, values] of Object.entries(counts)) {
      const into = (sum[key] ??= []);
      values.forEach((value, row) => (into[row] = (into[row] ?? 0) + value));
    }
  }
  return sum;
}

/** Row by row; NaN where there is nothing to divide by. */
export const ratios = (parts: readonly number[], wholes: readonly number[]): number[] =>
  parts.map((part, row) => part / wholes[row]);

/** 0, 1, 2 and so on, one for each value. */
export const rowNumbers = (values: readonly number[]): number[] => values.map((_, row) => row);

/** `length` zeros, to count into. */
export const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** Ends where the last row that is not zero ends. */
export function trimmed(values: number[]): number[] {
  let length = values.length;
  while (length > 1 && values[length - 1] === 0) length--;
  return values.slice(0, length);
}

/** The update a measure looks at. @throws UnmeasurableError where there is none such */
export function chosenUpdate({ updates }: LayerHistory, { update = updates }: MeasureContext): number {
  if (update <= updates) return update;
  throw new UnmeasurableError(`There is no update ${update}; the updates are 0 to ${updates}.`);
}
