import type { BadFile, ImportAnswer, ImportChange, ImportSummary } from '../../contract/index.ts';
import type { ImportFindings } from '../image-source.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';

/** At most this many bad files are listed one by one. */
const LISTED = 1000;

const SKIP: ImportAnswer = {
  title: 'Skip what cannot be used',
  outcome: 'all other images are imported, and the report names what was skipped',
  choices: { onBadFile: 'skip' },
  preview: null,
};

export interface CollectedFindings extends ImportFindings {
  readonly skipped: readonly BadFile[];
  /** A copy of everything that was found until now, without the names of the bad files. */
  summary(): ImportSummary;
}

/** @param onBadFile `stop` asks about the first bad file, which ends the import; `skip` collects them */
export function collectFindings(onBadFile: 'stop' | 'skip'): CollectedFindings {
  const skipped: BadFile[] = [];
  const notes: string[] = [];
  const changes = new Map<string, ImportChange>();
  let skippedCount = 0;
  return {
    skipped,
    summary: () => ({
      changes: [...changes.values()].map((change) => ({ ...change })),
      notes: [...notes],
      skippedCount,
    }),
    bad(file, problem) {
      if (onBadFile === 'stop') {
        throw new UndecidedImportError({
          path: file,
          problem: `It ${problem}. Mend the file, or skip bad files.`,
          decides: ['onBadFile'],
          answers: [SKIP],
        });
      }
      skippedCount++;
      if (skipped.length < LISTED) skipped.push({ file, problem });
    },
    changed(kind, what, count = 1) {
      const key = JSON.stringify([kind, what]);
      const change = changes.get(key) ?? { kind, what, count: 0 };
      changes.set(key, { ...change, count: change.count + count });
    },
    note(text) {
      notes.push(text);
    },
  };
}
