import { StoreError, type StoreErrorKind } from '../store/errors.ts';
import type { Problem } from './problem-page.ts';

const TITLES: Partial<Record<StoreErrorKind, string>> = {
  damaged: 'The database of runs is damaged',
  future: 'The data folder belongs to a newer Espalier',
  busy: 'Another Espalier has the data folder open',
  'read-only': 'The data folder cannot be written',
};

/** Why the lab did not open, for the person in front of the window: words, never a stack trace. */
export function describeStartupProblem(error: unknown, dataFolder: string): Problem {
  const kind = error instanceof StoreError ? error.kind : null;
  return {
    title: (kind && TITLES[kind]) ?? 'Espalier could not open its data',
    message: error instanceof Error ? error.message : String(error),
    advice: `The data folder is ${dataFolder}. Close this window, and start Espalier again once this is solved.`,
  };
}
