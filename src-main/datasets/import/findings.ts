import type { BadFile } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImportFindings } from '../image-source.ts';

/** At most this many bad files are listed one by one. */
const LISTED = 1000;

export interface CollectedFindings extends ImportFindings {
  readonly skipped: readonly BadFile[];
  readonly skippedCount: number;
  readonly notes: readonly string[];
}

/** @param onBadFile `stop` ends the import at the first bad file, `skip` collects them */
export function collectFindings(onBadFile: 'stop' | 'skip'): CollectedFindings {
  const skipped: BadFile[] = [];
  const notes: string[] = [];
  let skippedCount = 0;
  return {
    skipped,
    notes,
    get skippedCount() {
      return skippedCount;
    },
    bad(file, problem) {
      if (onBadFile === 'stop') {
        throw new DatasetError(`${file}: ${problem}. Nothing was imported; mend the file, or skip bad files.`, file);
      }
      skippedCount++;
      if (skipped.length < LISTED) skipped.push({ file, problem });
    },
    note(text) {
      notes.push(text);
    },
  };
}
