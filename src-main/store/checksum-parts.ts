import type { StoredValue } from './row-hash.ts';

/** What a run consists of. */
export type RunPart = 'run' | 'series' | 'masks' | 'records' | 'log' | 'checkpoints';
/** What belongs to no run. */
export type FolderPart = 'runs' | 'studies' | 'study-runs' | 'settings';
export type Part = RunPart | FolderPart;

interface PartTable {
  /** Of what enters the sum, in this order. */
  columns: readonly string[];
  from: string;
  /** The rows of the run that is given; of a folder's part: whatever is given. */
  where: string;
}

const columnsOf = (names: string): readonly string[] => names.trim().split(/,\s*/);
const ofRun = (table: string, columns: string, from = table): Record<string, PartTable> => ({
  [table]: { columns: columnsOf(columns), from, where: 'run = ?' },
});
const ofFolder = (table: string, columns: string): Record<string, PartTable> => ({
  [table]: { columns: columnsOf(columns), from: table, where: '? IS NOT NULL' },
});

/**
 * The tables that a part's checksum stands over, by name, and their columns: these are listed nowhere else. Series
 * stand for their points by the sum in their summary, masks for their frames and updates by their chains. A column that
 * a migration adds does not enter a sum that is there already.
 */
const PARTS: Record<Part, Record<string, PartTable>> = {
  run: {
    runs: {
      columns: columnsOf(
        `key, id, name, status, study, colour, configuration, plan, engine, engine_title, engine_choice, threads,
         created_at, started_at, ended_at, steps, epochs, updates, rs, seconds, weights_hash, best_accuracy, best_epoch,
         test_accuracy, test_loss, test_loss_flag, failure, active_weights, warnings, owner, heartbeat_at, trashed_at`,
      ),
      from: 'runs',
      where: 'key = ?',
    },
    ...ofRun('run_methods', 'file, code, sha256, description'),
  },
  series: ofRun(
    'series_summaries',
    `name, count, nonfinite, last_step, last, last_flag, least, least_step, most, most_step, pyramid_made_at, sum,
     leftover_to`,
    'series_summaries LEFT JOIN metrics ON metrics.id = metric',
  ),
  masks: {
    ...ofRun('mask_chains', 'layer, kind, at, chain'),
    ...ofRun('mask_layers', 'layer, name, outputs, inputs, input_shape, chained_from'),
  },
  records: {
    ...ofRun('update_records', 'at, loss_before, loss_after, recovery_steps'),
    ...ofRun('update_layer_records', 'layer, at, drop_threshold, gradient_before, gradient_after, histogram'),
  },
  log: ofRun('log_lines', 'id, at, level, text'),
  checkpoints: ofRun(
    'checkpoints',
    'generation, step, epoch, seconds, updates, rs, best_accuracy, best_epoch, hash, bytes, saved_at',
  ),
  runs: ofFolder('runs', 'key, id'),
  studies: ofFolder('studies', 'key, id, name, definition, created_at'),
  'study-runs': ofFolder('study_runs', 'study, run, place, label'),
  settings: ofFolder('settings', 'key, value'),
};

export const tablesOf = (part: Part): string[] => Object.keys(PARTS[part]);

/** Which of the part's tables it is stands before the columns, so that a row cannot pass for another table's. */
function find(part: Part, table: string): PartTable & { index: number } {
  return { ...PARTS[part][table], index: tablesOf(part).indexOf(table) };
}

/** SQL that reads rows as they enter the sum. @param where all rows of a run where it is not given */
export function checksumRows(part: Part, table: string, where?: string): string {
  const { columns, from, where: usual, index } = find(part, table);
  return `SELECT ${index}, ${columns.join(', ')} FROM ${from} WHERE ${where ?? usual}`;
}

/** How a row enters the sum that has just been written with these values by column. @throws RangeError where one is missing */
export function checksumRow(part: Part, table: string, values: Readonly<Record<string, StoredValue>>): StoredValue[] {
  const { columns, index } = find(part, table);
  return [index, ...columns.map((column) => valueOf(table, values, column))];
}

function valueOf(
  table: string,
  values: Readonly<Record<string, StoredValue | undefined>>,
  column: string,
): StoredValue {
  const value = values[column];
  if (value === undefined) throw new RangeError(`A row of ${table} was written without its column ${column}.`);
  return value;
}
