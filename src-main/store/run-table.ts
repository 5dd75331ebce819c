import type { Database, Statement } from 'better-sqlite3';
import {
  baseDefaults,
  METRICS,
  requireMethod,
  type MethodDescription,
  type OwnMethod,
  type RunConfiguration,
  type RunPlan,
} from '../contract/index.ts';
import { builtInMethods } from '../topology/methods/index.ts';
import type { StoredValue } from './row-hash.ts';
import { checksumRow } from './checksum-parts.ts';
import { NO_RUN, type Checksums } from './checksums.ts';
import { durably } from './database.ts';
import { StoreError } from './errors.ts';
import { FLAG, toStored, fromStored } from './numbers.ts';
import type { NewRun, RunChange, RunPosition, RunRecord } from './records.ts';

interface RunRow {
  key: number;
  id: string;
  name: string;
  status: RunRecord['status'];
  study: string | null;
  colour: number;
  configuration: string;
  plan: string;
  engine: string;
  engine_title: string | null;
  engine_choice: string | null;
  threads: number;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  steps: number;
  epochs: number;
  updates: number;
  rs: number;
  seconds: number;
  weights_hash: string | null;
  best_accuracy: number | null;
  best_epoch: number | null;
  test_accuracy: number | null;
  test_loss: number | null;
  test_loss_flag: number | null;
  failure: string | null;
  active_weights: number | null;
  warnings: string;
  trashed_at: number | null;
  checkpoint_epoch: number | null;
  validation_accuracy: number | null;
  validation_flag: number | null;
  method_file: string | null;
  method_code: string | null;
  method_sha256: string | null;
  method_description: string | null;
}

type Cells = Record<string, string | number | null>;

/** How each part of a change is written. */
const changeCells: { [K in keyof RunChange]-?: (value: NonNullable<RunChange[K]> | null) => Cells } = {
  name: (value) => ({ name: value }),
  status: (value) => ({ status: value }),
  plan: (value) => ({ plan: JSON.stringify(value) }),
  engine: (value) => ({ engine: value }),
  engineTitle: (value) => ({ engine_title: value }),
  engineChoice: (value) => ({ engine_choice: value && JSON.stringify(value) }),
  threads: (value) => ({ threads: value }),
  startedAt: (value) => ({ started_at: value }),
  endedAt: (value) => ({ ended_at: value }),
  steps: (value) => ({ steps: value }),
  epochs: (value) => ({ epochs: value }),
  updates: (value) => ({ updates: value }),
  rs: (value) => ({ rs: value }),
  seconds: (value) => ({ seconds: value }),
  weightsHash: (value) => ({ weights_hash: value }),
  best: (value) => ({ best_accuracy: value?.validationAccuracy ?? null, best_epoch: value?.epoch ?? null }),
  final: (value) => ({
    test_accuracy: value?.testAccuracy ?? null,
    test_loss: value ? toStored(value.testLoss).value : null,
    test_loss_flag: value ? toStored(value.testLoss).flag : null,
  }),
  failure: (value) => ({ failure: value }),
  activeWeights: (value) => ({ active_weights: value }),
  warnings: (value) => ({ warnings: JSON.stringify(value ?? []) }),
  trashedAt: (value) => ({ trashed_at: value }),
};

const SELECT = `
  SELECT runs.*, checkpoints.epoch AS checkpoint_epoch, s.last AS validation_accuracy, s.last_flag AS validation_flag,
    own.file AS method_file, own.code AS method_code, own.sha256 AS method_sha256,
    own.description AS method_description
  FROM runs
  LEFT JOIN checkpoints ON checkpoints.run = runs.key AND checkpoints.generation = 0
  LEFT JOIN run_methods AS own ON own.run = runs.key
  LEFT JOIN series_summaries AS s
    ON s.run = runs.key AND s.count > 0 AND s.metric = (SELECT id FROM metrics WHERE name = '${METRICS.validationAccuracy}')`;

export type RunTable = ReturnType<typeof createRunTable>;

/** The `runs` table. `owner` marks the runs this process has in hand. */
export function createRunTable(database: Database, owner: string, checksums: Checksums) {
  const all = database.prepare<[], RunRow>(`${SELECT} ORDER BY runs.key`);
  const ids = database.prepare<[], string>('SELECT id FROM runs ORDER BY key').pluck();
  const one = database.prepare<[string], RunRow>(`${SELECT} WHERE runs.id = ?`);
  const key = database.prepare<[string], number>('SELECT key FROM runs WHERE id = ?').pluck();
  const configuration = database.prepare<[number], string>('SELECT configuration FROM runs WHERE key = ?').pluck();
  const nextColour = database.prepare<[], number>('SELECT coalesce(max(colour), -1) + 1 FROM runs').pluck();
  const insert = database.prepare(`
    INSERT INTO runs (id, name, status, study, colour, configuration, plan, engine, threads, created_at, rs, warnings)
    VALUES (@id, @name, 'queued', @study, @colour, @configuration, @plan, @engine, @threads, @createdAt, @rs, @warnings)`);
  const insertMethod = database.prepare(`
    INSERT INTO run_methods (run, file, code, sha256, description)
    VALUES (@run, @file, @code, @sha256, @description)
    ON CONFLICT (run) DO UPDATE SET
      file = excluded.file, code = excluded.code, sha256 = excluded.sha256, description = excluded.description`);
  const description = database.prepare<[number], string>('SELECT description FROM run_methods WHERE run = ?').pluck();
  const beat = database.prepare(`
    UPDATE runs SET steps = @steps, epochs = @epochs, updates = @updates, rs = @rs, seconds = @seconds,
      active_weights = coalesce(@activeWeights, active_weights), heartbeat_at = @at WHERE id = @id`);
  const orphans = database
    .prepare<[string], string>(
      `SELECT id FROM runs WHERE status IN ('running', 'paused') AND owner IS NOT ? ORDER BY key`,
    )
    .pluck();
  const interrupt = database.prepare(
    `UPDATE runs SET status = 'interrupted', ended_at = coalesce(heartbeat_at, started_at, created_at) WHERE id = ?`,
  );
  const changes = new Map<string, Statement>();

  const keyOf = (id: string): number => {
    const found = key.get(id);
    if (found === undefined) throw missingRun(id);
    return found;
  };

  const write = (id: string, change: RunChange): void => {
    const cells: Cells = {};
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) continue;
      const toCells = changeCells[name as keyof RunChange] as ((value: unknown) => Cells) | undefined;
      if (!toCells) throw new StoreError('other', `A run has no ${name} that could change.`);
      Object.assign(cells, toCells(value));
    }
    if (change.status === 'running') cells.owner = owner;
    const names = Object.keys(cells);
    if (names.length === 0) return;
    const sql = `UPDATE runs SET ${names.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`;
    const statement = changes.get(sql) ?? database.prepare(sql);
    changes.set(sql, statement);
    checksums.around(keyOf(id), 'run', () => statement.run({ ...cells, id }));
  };

  const writeMethod = (run: number, { source, description: said }: OwnMethod): void => {
    insertMethod.run({ run, ...source, description: JSON.stringify(said) });
  };

  const add = (runs: NewRun[]): RunRecord[] => {
    const added: StoredValue[][] = [];
    const records = runs.map((run) => {
      const { ownMethod, ...cells } = run;
      const { lastInsertRowid } = insert.run({
        ...cells,
        colour: nextColour.get(),
        configuration: JSON.stringify(run.configuration),
        plan: JSON.stringify(run.plan),
        warnings: JSON.stringify(run.warnings ?? []),
      });
      if (ownMethod) writeMethod(Number(lastInsertRowid), ownMethod);
      checksums.begin(Number(lastInsertRowid));
      added.push(checksumRow('runs', 'runs', { key: Number(lastInsertRowid), id: run.id }));
      return toRecord(one.get(run.id) as RunRow);
    });
    checksums.added(NO_RUN, 'runs', added);
    return records;
  };

  return {
    /** The integer that stands for the run in the wide tables. @throws StoreError `missing` */
    keyOf,

    configurationOf: (run: number): RunConfiguration => toConfiguration(configuration.get(run) ?? '{}'),

    /** What its method says of itself. */
    methodOf(run: number): MethodDescription {
      const own = description.get(run);
      if (own !== undefined) return JSON.parse(own) as MethodDescription;
      return requireMethod(builtInMethods, toConfiguration(configuration.get(run) ?? '{}').method);
    },

    /** The run goes on by this file from now on. */
    changeMethod: (id: string, ownMethod: OwnMethod): void => {
      const run = keyOf(id);
      checksums.around(run, 'run', () => writeMethod(run, ownMethod));
    },

    /** @throws StoreError `damaged` where one cannot be read, unless those are skipped */
    all: (skipsUnreadable = false): RunRecord[] =>
      all.all().flatMap((row) => (skipsUnreadable && !isReadable(row) ? [] : [toRecord(row)])),

    ids: (): string[] => ids.all(),

    /** @throws StoreError `missing`, or `damaged` where what is stored of it cannot be read */
    one(id: string): RunRecord {
      const row = one.get(id);
      if (!row) throw missingRun(id);
      return toRecord(row);
    },

    create: (runs: NewRun[]): RunRecord[] => durably(database, () => add(runs)),

    /** The same within the caller's transaction. */
    add,

    change(ids: string[], change: RunChange): void {
      durably(database, () => {
        for (const id of ids) write(id, change);
      });
    },

    adoptOrphans(): string[] {
      return durably(database, () => {
        const found = orphans.all(owner);
        for (const id of found) checksums.around(keyOf(id), 'run', () => interrupt.run(id));
        return found;
      });
    },

    heartbeat(positions: RunPosition[], at: number): void {
      database.transaction(() => {
        for (const position of positions) {
          const run = key.get(position.id);
          if (run === undefined) continue;
          checksums.around(run, 'run', () => beat.run({ activeWeights: null, ...position, at }));
        }
      })();
    },
  };
}

const missingRun = (id: string): StoreError => new StoreError('missing', `There is no run ${id}.`);

/** A run stored by an earlier version trained without the fields it does not know: their defaults change nothing. */
const toConfiguration = (stored: string): RunConfiguration => ({
  ...baseDefaults,
  ...(JSON.parse(stored) as RunConfiguration),
});

function isReadable(row: RunRow): boolean {
  try {
    toRecord(row);
    return true;
  } catch {
    return false;
  }
}

/** @throws StoreError `damaged` where a text of it is not JSON any more */
function toRecord(row: RunRow): RunRecord {
  try {
    return readRow(row);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreError('damaged', `What is stored of run ${row.id} cannot be read: ${error.message}`);
  }
}

function toOwnMethod(row: RunRow): OwnMethod | null {
  const { method_file: file, method_code: code, method_sha256: sha256, method_description: said } = row;
  if (file === null || code === null || sha256 === null || said === null) return null;
  return { source: { file, code, sha256 }, description: JSON.parse(said) as MethodDescription };
}

function readRow(row: RunRow): RunRecord {
  const best =
    row.best_accuracy === null ? null : { validationAccuracy: row.best_accuracy, epoch: row.best_epoch ?? 0 };
  const final =
    row.test_accuracy === null
      ? null
      : { testAccuracy: row.test_accuracy, testLoss: fromStored(row.test_loss, row.test_loss_flag ?? FLAG.nan) };
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    study: row.study,
    colour: row.colour,
    configuration: toConfiguration(row.configuration),
    ownMethod: toOwnMethod(row),
    plan: JSON.parse(row.plan) as RunPlan,
    engine: row.engine,
    engineTitle: row.engine_title,
    engineChoice: row.engine_choice === null ? null : (JSON.parse(row.engine_choice) as RunRecord['engineChoice']),
    threads: row.threads,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    steps: row.steps,
    epochs: row.epochs,
    updates: row.updates,
    rs: row.rs,
    seconds: row.seconds,
    weightsHash: row.weights_hash,
    best,
    final,
    validationAccuracy: row.validation_flag === null ? null : fromStored(row.validation_accuracy, row.validation_flag),
    failure: row.failure,
    activeWeights: row.active_weights,
    warnings: JSON.parse(row.warnings) as RunRecord['warnings'],
    checkpointEpoch: row.checkpoint_epoch,
    trashedAt: row.trashed_at,
  };
}
