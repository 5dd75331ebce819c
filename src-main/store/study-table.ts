import type { Database } from 'better-sqlite3';
import type { StudyDefinition } from '../contract/index.ts';
import { NO_RUN, type Checksums } from './checksums.ts';
import { durably } from './database.ts';
import { StoreError } from './errors.ts';
import type { NewRun, NewStudy, RunRecord, StudyPlace, StudyRecord } from './records.ts';
import type { RunTable } from './run-table.ts';

interface StudyRow {
  key: number;
  id: string;
  name: string;
  definition: string;
  created_at: number;
}

export type StudyTable = ReturnType<typeof createStudyTable>;

/** The `studies` and `study_runs` tables. */
export function createStudyTable(database: Database, runs: RunTable, checksums: Checksums) {
  const all = database.prepare<[], StudyRow>('SELECT * FROM studies ORDER BY key');
  const places = database.prepare<[number], StudyPlace>(`
    SELECT runs.id AS runId, study_runs.place AS place, study_runs.label AS label
    FROM study_runs JOIN runs ON runs.key = study_runs.run WHERE study_runs.study = ? ORDER BY place, runs.key`);
  const keyOf = database.prepare<[string], number>('SELECT key FROM studies WHERE id = ?').pluck();
  const insert = database.prepare(
    'INSERT INTO studies (id, name, definition, created_at) VALUES (@id, @name, @definition, @createdAt)',
  );
  const link = database.prepare('INSERT INTO study_runs (study, run, place, label) VALUES (?, ?, ?, ?)');

  const add = (study: number, created: NewRun[], at: Omit<StudyPlace, 'runId'>[]): RunRecord[] => {
    const records = runs.add(created);
    checksums.around(NO_RUN, 'study-runs', () =>
      records.forEach(({ id }, index) => link.run(study, runs.keyOf(id), at[index].place, at[index].label)),
    );
    return records;
  };

  return {
    all: (): StudyRecord[] =>
      all.all().map(({ key, id, name, definition, created_at }) => ({
        id,
        name,
        definition: JSON.parse(definition) as StudyDefinition,
        createdAt: created_at,
        places: places.all(key),
      })),

    /** The study and its runs, or neither; `at` tells where each run belongs. */
    create: (study: NewStudy, created: NewRun[], at: Omit<StudyPlace, 'runId'>[]): RunRecord[] =>
      durably(database, () => {
        const { lastInsertRowid } = checksums.around(NO_RUN, 'studies', () =>
          insert.run({ ...study, definition: JSON.stringify(study.definition) }),
        );
        return add(Number(lastInsertRowid), created, at);
      }),

    /** More runs for places of a study. @throws StoreError `missing` */
    addRuns: (id: string, created: NewRun[], at: Omit<StudyPlace, 'runId'>[]): RunRecord[] =>
      durably(database, () => {
        const key = keyOf.get(id);
        if (key === undefined) throw new StoreError('missing', `There is no study ${id}.`);
        return add(key, created, at);
      }),
  };
}
