import type { FileMetaData } from 'hyparquet';
import { DatasetError } from '../dataset-error.ts';
import { MOST_CLASSES } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import type { ParquetFile } from './parquet-file.ts';

/** What the values of a column of labels mean. */
export interface ParquetLabels {
  classes: string[];
  /** -1 where the value is no label. */
  toLabel: (value: unknown) => number;
  /** Why it is none; the end of a sentence that starts with the row's name. */
  problem: (value: unknown) => string;
  notes: string[];
}

/**
 * The classes of the hub's description of its features, where there is one; else what the labels of the training split
 * say. Only numbers and text are labels: a missing value, a list or a date is never taken for a class.
 * @throws DatasetError where there are too few or too many classes
 */
export function understandLabels(
  { path, metadata }: ParquetFile,
  column: string,
  training: readonly unknown[],
): ParquetLabels {
  const described = describedNames(metadata, column);
  const names = described ?? namesFound(training);
  if (names.length < 2 || names.length > MOST_CLASSES) {
    throw new DatasetError(
      `${path}: the labels of column ${column} make ${names.length} classes; 2 to ${MOST_CLASSES} can be distinguished.`,
      path,
    );
  }
  const isText = described === null && training.some((value) => typeof value === 'string');
  const index = new Map<string, number>();
  const doubled = new Set<string>();
  names.forEach((name, label) => (index.has(name) ? doubled.add(name) : index.set(name, label)));
  for (const name of doubled) index.delete(name);
  const classes = names.map((name, label) => (doubled.has(name) ? `${name} (${label})` : name));
  return {
    classes,
    toLabel(value) {
      if (typeof value === 'string') return index.get(value) ?? -1;
      const number = isText ? null : numberOf(value);
      return number !== null && number < classes.length ? number : -1;
    },
    problem(value) {
      if (value === null || value === undefined) return 'has no label';
      if (typeof value === 'string' && doubled.has(value)) {
        return `is labelled ${value}, but more than one class has that name`;
      }
      if (typeof value === 'object') return 'has a label that is neither a number nor text';
      return `is labelled ${String(value as string | number)}, but the classes are ${classes[0]} to ${classes.at(-1)}`;
    },
    notes: [...doubled].map((name) => {
      const apart = classes.filter((_, label) => names[label] === name);
      return `${apart.length} classes are named ${name}; here they are ${apart.join(', ')}.`;
    }),
  };
}

/** What the values of a column are where none can be a class, such as `lists`; null where some can. */
export function strangeLabels(values: readonly unknown[]): string | null {
  const given = values.filter((value) => value !== null && value !== undefined);
  return given.length > 0 && !given.some(isClassValue) ? kindOf(given[0]) : null;
}

/** Whether a value of a column can be a class. */
export const isClassValue = (value: unknown) => typeof value === 'string' || numberOf(value) !== null;

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return 'lists';
  if (value instanceof Date) return 'dates';
  return typeof value === 'object' ? 'structures' : `values such as ${String(value as number | bigint)}`;
}

/** The whole number from 0 on that a value is, if it is one. */
function numberOf(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return null;
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 && number < MOST_CLASSES ? number : null;
}

/** Text by name; numbers from 0 to the largest. */
function namesFound(labels: readonly unknown[]): string[] {
  const texts = new Set(labels.filter((label) => typeof label === 'string'));
  if (texts.size > 0) return [...texts].sort(compareNaturally);
  const largest = labels.reduce<number>((most, label) => Math.max(most, numberOf(label) ?? -1), -1);
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

function describedNames({ key_value_metadata: entries = [] }: FileMetaData, column: string): string[] | null {
  const text = entries.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return null;
  try {
    const described = JSON.parse(text) as { info?: { features?: Record<string, { names?: unknown }> } };
    const names = described.info?.features?.[column]?.names;
    return Array.isArray(names) && names.length >= 2 && names.length <= MOST_CLASSES ? names.map(String) : null;
  } catch {
    return null;
  }
}
