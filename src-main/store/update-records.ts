import type { Database } from 'better-sqlite3';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { UpdateAftermath, UpdateRecord } from '../contract/index.ts';
import { AGE_CLASSES, MAGNITUDE_CLASSES, histogramByAge } from '../topology/magnitude-classes.ts';
import type { RecordedLayer, RecordedRun } from '../topology/measures/recorded.ts';
import { checksumRow, checksumRows } from './checksum-parts.ts';
import type { Checksums } from './checksums.ts';
import { chosenLayers } from './chosen-layers.ts';
import { StoreError } from './errors.ts';
import { naming } from './mask-frames.ts';
import type { StoredValue } from './row-hash.ts';

interface LayerRow {
  at: number;
  drop_threshold: number | null;
  gradient_before: number | null;
  gradient_after: number | null;
}

export type UpdateRecords = ReturnType<typeof createUpdateRecords>;

/** What the trainer noted at each mask update, by run. */
export function createUpdateRecords(database: Database, checksums: Checksums) {
  const add = database.prepare('INSERT INTO update_records VALUES (?, ?, ?, ?, NULL)');
  const addLayer = database.prepare('INSERT INTO update_layer_records VALUES (?, ?, ?, ?, ?, NULL, ?)');
  const setRecovery = database.prepare('UPDATE update_records SET recovery_steps = ? WHERE run = ? AND at = ?');
  const setGradient = database.prepare(
    'UPDATE update_layer_records SET gradient_after = ? WHERE run = ? AND at = ? AND layer = ?',
  );
  const rowsWhere = <T extends number[]>(table: string, where: string) =>
    database.prepare<T, StoredValue[]>(checksumRows('records', table, where)).raw();
  const recordAt = rowsWhere<[number, number]>('update_records', 'run = ? AND at = ?');
  const layerRecordAt = rowsWhere<[number, number, number]>('update_layer_records', 'run = ? AND layer = ? AND at = ?');
  const recordsFrom = rowsWhere<[number, number]>('update_records', 'run = ? AND at >= ?');
  const layerRecordsFrom = rowsWhere<[number, number]>('update_layer_records', 'run = ? AND at >= ?');
  const remove = database.prepare('DELETE FROM update_records WHERE run = ? AND at >= ?');
  const removeLayers = database.prepare('DELETE FROM update_layer_records WHERE run = ? AND at >= ?');
  const updates = database.prepare<
    [number],
    { at: number; loss_before: number | null; loss_after: number | null; recovery_steps: number | null }
  >('SELECT at, loss_before, loss_after, recovery_steps FROM update_records WHERE run = ? ORDER BY at');
  const layersOf = database.prepare<[number], { layer: number; name: string }>(
    'SELECT layer, name FROM mask_layers WHERE run = ? ORDER BY layer',
  );
  const rowsOf = database.prepare<[number, number], LayerRow>(
    `SELECT at, drop_threshold, gradient_before, gradient_after FROM update_layer_records
     WHERE run = ? AND layer = ? ORDER BY at`,
  );
  const histogramAt = database
    .prepare<[number, number, number], Uint8Array>(
      'SELECT histogram FROM update_layer_records WHERE run = ? AND layer = ? AND at = ?',
    )
    .pluck();

  return {
    /** Decodes every record of a run. @throws StoreError `damaged` */
    verify(runId: string, run: number): void {
      if (updates.all(run).length === 0) return;
      const recorded = this.read(runId, run, undefined);
      for (const { histogram } of recorded.layers) for (const update of recorded.updates) histogram(update);
    },

    /** Within the caller's transaction. @param births by layer: when each weight active before the update was born */
    append(run: number, update: number, record: UpdateRecord, births: (layer: number) => Int32Array): void {
      const [before, after] = [finite(record.lossBefore), finite(record.lossAfter)];
      add.run(run, update, before, after);
      const whole = { at: update, loss_before: before, loss_after: after, recovery_steps: null };
      const added = [checksumRow('records', 'update_records', whole)];
      record.layers.forEach(({ dropThreshold, gradientNorm, magnitudes }, layer) => {
        const histogram = packCounts(histogramByAge(magnitudes, births(layer), update));
        const [threshold, norm] = [finite(dropThreshold), finite(gradientNorm)];
        addLayer.run(run, layer, update, threshold, norm, histogram);
        const row = { layer, at: update, drop_threshold: threshold, gradient_before: norm, gradient_after: null };
        added.push(checksumRow('records', 'update_layer_records', { ...row, histogram }));
      });
      checksums.added(run, 'records', added);
    },

    /** Of an update that is not there, nothing is kept: it was rewound. */
    note: database.transaction((run: number, { update, gradientNorms, recoverySteps }: UpdateAftermath): void => {
      const norms = gradientNorms ?? [];
      const change = (): void => {
        if (recoverySteps !== undefined) setRecovery.run(recoverySteps, run, update);
        norms.forEach((norm, layer) => setGradient.run(finite(norm), run, update, layer));
      };
      const touched = (): StoredValue[][] => [
        ...(recoverySteps === undefined ? [] : recordAt.all(run, update)),
        ...norms.flatMap((_, layer) => layerRecordAt.all(run, layer, update)),
      ];
      checksums.around(run, 'records', change, touched);
    }),

    /** Within the caller's transaction. */
    rewind(run: number, first: number): void {
      function* touched(): Iterable<StoredValue[]> {
        yield* recordsFrom.iterate(run, first);
        yield* layerRecordsFrom.iterate(run, first);
      }
      const change = (): void => {
        remove.run(run, first);
        removeLayers.run(run, first);
      };
      checksums.around(run, 'records', change, touched);
    },

    /** @throws StoreError where nothing was recorded, or there is no such layer */
    read(runId: string, run: number, layer: number | undefined): RecordedRun {
      const rows = updates.all(run);
      const chosen = chosenLayers(runId, layersOf.all(run), layer);
      if (rows.length === 0) {
        throw new StoreError(
          'missing',
          `Run ${runId} has no record of its updates. This is recorded since data version 30, for every mask update; ` +
            'runs trained before have none, nor have runs that never update their masks. Run it again to have it.',
        );
      }
      requireConsecutive(runId, rows);
      return {
        updates: rows.map((row) => row.at),
        lossBefore: rows.map((row) => row.loss_before ?? Number.NaN),
        lossAfter: rows.map((row) => row.loss_after ?? Number.NaN),
        recoverySteps: rows.map((row) => row.recovery_steps ?? Number.NaN),
        layers: chosen.map((one): RecordedLayer => {
          const records = rowsOf.all(run, one.layer);
          requireConsecutive(runId, records, one);
          if (records.length !== rows.length)
            throw lacking(runId, rows[Math.min(records.length, rows.length - 1)].at, one);
          return {
            ...one,
            dropThreshold: records.map((record) => record.drop_threshold ?? Number.NaN),
            gradientBefore: records.map((record) => record.gradient_before ?? Number.NaN),
            gradientAfter: records.map((record) => record.gradient_after ?? Number.NaN),
            histogram(update) {
              const packed = histogramAt.get(run, one.layer, update);
              const whose = `weights by age of layer ${one.layer} (${one.name}) at update ${update} of run ${runId}`;
              return packed ? naming(whose, () => unpackCounts(packed)) : null;
            },
          };
        }),
      };
    },
  };
}

interface NamedLayer {
  layer: number;
  name: string;
}

/** Every update since the first that was recorded has its record. @throws StoreError */
function requireConsecutive(runId: string, rows: readonly { at: number }[], layer?: NamedLayer): void {
  const gap = rows.findIndex(({ at }, index) => at !== rows[0].at + index);
  if (gap >= 0) throw lacking(runId, rows[0].at + gap, layer);
}

function lacking(runId: string, update: number, layer?: NamedLayer): StoreError {
  const whose = layer ? ` of layer ${layer.layer} (${layer.name})` : '';
  return new StoreError(
    'damaged',
    `The records of the mask updates of run ${runId} are damaged: that of update ${update}${whose} is missing.`,
  );
}

/** SQLite keeps NaN as NULL; said here, not left to it. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Seven bits to a byte, the highest bit telling that more follow (LEB128), deflated: most counts are zero. */
function packCounts(counts: Uint32Array): Uint8Array {
  const bytes: number[] = [];
  for (let count of counts) {
    while (count >= 128) {
      bytes.push((count & 127) | 128);
      count = Math.floor(count / 128);
    }
    bytes.push(count);
  }
  return deflateRawSync(Uint8Array.from(bytes));
}

/** A count is below 2^32: five bytes of seven bits. */
const MOST_COUNT_BYTES = 5;

/** @throws RangeError where it is not what `packCounts` wrote */
function unpackCounts(packed: Uint8Array): Uint32Array {
  const counts = new Uint32Array(AGE_CLASSES * MAGNITUDE_CLASSES);
  let to = 0;
  let count = 0;
  let factor = 1;
  for (const byte of inflated(packed, counts.length * MOST_COUNT_BYTES)) {
    count += (byte & 127) * factor;
    factor *= 128;
    if (count >= 2 ** 32 || to === counts.length) throw new RangeError('its counts are too large or too many.');
    if (byte >= 128) continue;
    counts[to++] = count;
    count = 0;
    factor = 1;
  }
  if (to !== counts.length || factor !== 1) throw new RangeError(`it has ${to} of ${counts.length} counts.`);
  return counts;
}

function inflated(packed: Uint8Array, mostBytes: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new RangeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
