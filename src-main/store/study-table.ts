import type { Database } from 'better-sqlite3';
import type { StudyDefinition } from '../contract/index.ts';
import { checksumRow } from './checksum-parts.ts';
import { NO_RUN, type Checksums } from './checksums.ts';
import { durably } from './database.ts';
import { StoreError } from './errors.ts';
import type { NewRun, NewStudy, RunRecord, StudyRun, StudyRecord } from './records.ts';
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
  const runsOf = database.prepare<[number], StudyRun>(`
    SELECT runs.id AS runId, study_runs.place AS pointIndex, study_runs.label AS label
    FROM study_runs JOIN runs ON runs.key = study_runs.run WHERE study_runs.study = ? ORDER BY study_runs.place, runs.key`);
  const keyOf = database.prepare<[string], number>('SELECT key FROM studies WHERE id = ?').pluck();
  const insert = database.prepare(
    'INSERT INTO studies (id, name, definition, created_at) VALUES (@id, @name, @definition, @createdAt)',
  );
  const link = database.prepare(
    'INSERT INTO study_runs (study, run, place, label) VALUES (@study, @run, @place, @label)',
  );

  const add = (study: number, created: NewRun[], at: Omit<StudyRun, 'runId'>[]): RunRecord[] => {
    const records = runs.add(created);
    const rows = records.map(({ id }, index) => {
      const { pointIndex, label } = at[index];
      return { study, run: runs.keyOf(id), place: pointIndex, label };
    });
    for (const row of rows) link.run(row);
    checksums.added(
      NO_RUN,
      'study-runs',
      rows.map((row) => checksumRow('study-runs', 'study_runs', row)),
    );
    return records;
  };

  return {
    /** @throws StoreError `damaged` where one cannot be read, unless those are skipped */
    all: (skipsUnreadable = false): StudyRecord[] =>
      all.all().flatMap(({ key, id, name, definition: text, created_at: createdAt }) => {
        const definition = definitionOf(id, text, skipsUnreadable);
        return definition === null ? [] : [{ id, name, definition, createdAt, runs: runsOf.all(key) }];
      }),

    /** The study and its runs, or neither; `at` tells where each run belongs. */
    create: (study: NewStudy, created: NewRun[], at: Omit<StudyRun, 'runId'>[]): RunRecord[] =>
      durably(database, () => {
        const definition = JSON.stringify(study.definition);
        const { id, name, createdAt } = study;
        const key = Number(insert.run({ id, name, definition, createdAt }).lastInsertRowid);
        const row = { key, id, name, definition, created_at: createdAt };
        checksums.added(NO_RUN, 'studies', [checksumRow('studies', 'studies', row)]);
        return add(key, created, at);
      }),

    /** More runs for points of a study. @throws StoreError `missing` */
    addRuns: (id: string, created: NewRun[], at: Omit<StudyRun, 'runId'>[]): RunRecord[] =>
      durably(database, () => {
        const key = keyOf.get(id);
        if (key === undefined) throw new StoreError('missing', `There is no study ${id}.`);
        return add(key, created, at);
      }),
  };
}

function definitionOf(id: string, text: string, skipsUnreadable: boolean): StudyDefinition | null {
  try {
    return JSON.parse(text) as StudyDefinition;
  } catch (error) {
    if (skipsUnreadable) return null;
    const { message } = error as SyntaxError;
    throw new StoreError('damaged', `What is stored of study ${id} cannot be read: ${message}`);
  }
}
