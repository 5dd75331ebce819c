import type { Database } from 'better-sqlite3';
import { decodeActivePositions, decodeUpdateOf } from '../topology/history.ts';
import type { NamedHistory } from '../topology/measures/index.ts';
import { StoreError } from './errors.ts';

/** Frames read at once. */
const PAGE = 32;

interface LayerRow {
  layer: number;
  name: string;
  outputs: number;
  inputs: number;
}

/** A run's stored masks as streams over all updates, without a copy of more than a few of them. */
export function createMaskReplay(database: Database) {
  const layersOf = database.prepare<[number], LayerRow>(
    'SELECT layer, name, outputs, inputs FROM mask_layers WHERE run = ? ORDER BY layer',
  );
  const lastUpdate = database
    .prepare<[number], number | null>('SELECT max(at) FROM mask_updates WHERE run = ?')
    .pluck();
  const firstFrame = database
    .prepare<[number, number], Uint8Array>(
      `SELECT frame FROM mask_frames WHERE run = ? AND layer = ? AND at = 0 AND kind = 'key'`,
    )
    .pluck();
  const frames = database.prepare<[number, number, number, number], { at: number; frame: Uint8Array }>(
    `SELECT at, frame FROM mask_frames
     WHERE run = ? AND layer = ? AND kind = 'update' AND at BETWEEN ? AND ? ORDER BY at`,
  );

  const historyOf = (run: number, { layer, name, outputs, inputs }: LayerRow, updates: number): NamedHistory => {
    const frame = firstFrame.get(run, layer);
    if (!frame) throw new StoreError('damaged', `The mask history lacks the initial mask of layer ${layer} (${name}).`);
    const initial = decodeActivePositions(frame);
    return {
      ...{ layer, name, outputs, inputs, initial, updates },
      *moments() {
        let before = initial;
        for (let from = 1; from <= updates; from += PAGE) {
          const last = Math.min(updates, from + PAGE - 1);
          const page = new Map(frames.all(run, layer, from, last).map((row) => [row.at, row.frame]));
          for (let update = from; update <= last; update++) {
            const stored = page.get(update);
            if (!stored) {
              const none = new Float64Array(0);
              yield { update, dropped: none, grown: none, before, after: before };
              continue;
            }
            const { dropped, grown, after } = decodeUpdateOf(before, outputs * inputs, stored);
            yield { update, dropped, grown, before, after };
            before = after;
          }
        }
      },
    };
  };

  return {
    /** All layers of a run, or one. @throws StoreError where there is no such layer, or no mask yet */
    histories(runId: string, run: number, layer: number | undefined): NamedHistory[] {
      const layers = layersOf.all(run);
      if (layers.length === 0) throw new StoreError('missing', `Run ${runId} has no masks yet: it has not started.`);
      const chosen = layer === undefined ? layers : layers.filter((row) => row.layer === layer);
      if (chosen.length === 0) {
        const names = layers.map((row) => `${row.layer} (${row.name})`).join(', ');
        throw new StoreError('missing', `Run ${runId} has no layer ${layer}; its layers are ${names}.`);
      }
      const updates = lastUpdate.get(run) ?? 0;
      return chosen.map((row) => historyOf(run, row, updates));
    },
  };
}
