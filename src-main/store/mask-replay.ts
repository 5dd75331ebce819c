import type { Database } from 'better-sqlite3';
import type { Positions } from '../contract/index.ts';
import { createRankedSet } from '../topology/active-set.ts';
import { decodeActivePositions, passUpdate, replayUpdate } from '../topology/history.ts';
import type { NamedHistory } from '../topology/measures/index.ts';
import { StoreError } from './errors.ts';
import { KEY_FRAME_EVERY, naming } from './mask-frames.ts';

/** Frames read at once. */
const PAGE = 32;
const NONE = new Float64Array(0);

interface LayerRow {
  layer: number;
  name: string;
  outputs: number;
  inputs: number;
}

/**
 * A run's stored masks as streams over all updates, without a copy of more than a few of them.
 * @param regrownLiveOn of a run: whether what it drops and grows at once goes on living
 */
export function createMaskReplay(database: Database, regrownLiveOn: (run: number) => boolean) {
  const layersOf = database.prepare<[number], LayerRow>(
    'SELECT layer, name, outputs, inputs FROM mask_layers WHERE run = ? ORDER BY layer',
  );
  const lastUpdate = database
    .prepare<[number], number | null>('SELECT max(at) FROM mask_updates WHERE run = ?')
    .pluck();
  const keyFrame = database
    .prepare<[number, number, number], Uint8Array>(
      `SELECT frame FROM mask_frames WHERE run = ? AND layer = ? AND at = ? AND kind = 'key'`,
    )
    .pluck();
  const frames = database.prepare<[number, number, number, number], { at: number; frame: Uint8Array }>(
    `SELECT at, frame FROM mask_frames
     WHERE run = ? AND layer = ? AND kind = 'update' AND at BETWEEN ? AND ? ORDER BY at`,
  );

  /** The stored frames of all updates, some of them at once. */
  function* framesOf(run: number, layer: number, updates: number) {
    for (let from = 1; from <= updates; from += PAGE) {
      const last = Math.min(updates, from + PAGE - 1);
      const page = new Map(frames.all(run, layer, from, last).map((row) => [row.at, row.frame]));
      for (let update = from; update <= last; update++) yield { update, frame: page.get(update) };
    }
  }

  const historyOf = (run: number, { layer, name, outputs, inputs }: LayerRow, updates: number): NamedHistory => {
    const size = outputs * inputs;
    const where = `of layer ${layer} (${name})`;
    const keyPositions = (at: number): Positions => {
      const frame = keyFrame.get(run, layer, at);
      if (!frame) throw new StoreError('damaged', `The mask history lacks the key frame ${where} at update ${at}.`);
      return naming(`${where} at update ${at}`, () => decodeActivePositions(frame));
    };
    const initial = keyPositions(0);
    return {
      ...{ layer, name, outputs, inputs, initial, updates, regrownLiveOn: regrownLiveOn(run) },
      *moments() {
        const active = createRankedSet(initial, size);
        for (const { update, frame } of framesOf(run, layer, updates)) {
          // An update that leaves the layer alone stores no frame.
          const change = frame && naming(`${where} at update ${update}`, () => replayUpdate(active, size, frame));
          yield { update, dropped: change?.dropped ?? NONE, grown: change?.grown ?? NONE };
        }
      },
      *masks() {
        const active = createRankedSet(initial, size);
        yield active;
        for (const { update, frame } of framesOf(run, layer, updates)) {
          if (frame) naming(`${where} at update ${update}`, () => passUpdate(active, size, frame));
          yield active;
        }
      },
      activeAt(update) {
        const key = update - (update % KEY_FRAME_EVERY);
        const active = createRankedSet(keyPositions(key), size);
        for (const { at, frame } of frames.all(run, layer, key + 1, update)) {
          naming(`${where} at update ${at}`, () => replayUpdate(active, size, frame));
        }
        return active.positions();
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
