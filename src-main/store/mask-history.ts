import type { Database } from 'better-sqlite3';
import type { LayerUpdate, Mask, MaskTimeline, MaskView } from '../contract/index.ts';
import { createExploredSet, type ExploredSet } from '../topology/exploration.ts';
import { decodeKeyFrame, decodeUpdate, encodeKeyFrame, encodeUpdate } from '../topology/history.ts';
import { applyUpdate, positionsOf } from '../topology/mask.ts';
import { StoreError } from './errors.ts';
import { viewMask } from './mask-view.ts';
import { packBits, unpackBits } from './bits.ts';
import type { StoredMaskLayer, StoredMaskUpdate } from './records.ts';

/** A key frame stands at every multiple of this, so that any update opens after replaying fewer than this. */
export const KEY_FRAME_EVERY = 16;
const REMEMBERED_LAYERS = 16;

interface LayerRow {
  layer: number;
  name: string;
  outputs: number;
  inputs: number;
  input_shape: string | null;
}

interface FrameRow {
  at: number;
  frame: Uint8Array;
  revived: Uint8Array | null;
}

/** What appending to a run's history needs: each layer's mask as it stands, and every position it ever had. */
interface LiveLayer {
  mask: Mask;
  explored: ExploredSet;
}
interface LiveRun {
  update: number;
  layers: LiveLayer[];
}

export type MaskHistory = ReturnType<typeof createMaskHistory>;

/** Every mask of every run: key frames and updates, encoded and decoded on this thread. */
export function createMaskHistory(database: Database) {
  const addLayer = database.prepare('INSERT INTO mask_layers VALUES (?, ?, ?, ?, ?, ?)');
  const addUpdate = database.prepare('INSERT INTO mask_updates VALUES (?, ?, ?, ?)');
  const addFrame = database.prepare('INSERT INTO mask_frames VALUES (?, ?, ?, ?, ?, ?, ?)');
  const layersOf = database.prepare<[number], LayerRow>('SELECT * FROM mask_layers WHERE run = ? ORDER BY layer');
  const stepsOf = database.prepare<[number], number>('SELECT step FROM mask_updates WHERE run = ? ORDER BY at').pluck();
  const lastUpdate = database
    .prepare<[number], number | null>('SELECT max(at) FROM mask_updates WHERE run = ?')
    .pluck();
  const stepOf = database
    .prepare<[number, number], number>('SELECT step FROM mask_updates WHERE run = ? AND at = ?')
    .pluck();
  const keyFrame = database.prepare<[number, number, number], FrameRow>(
    `SELECT at, frame, revived FROM mask_frames WHERE run = ? AND layer = ? AND at = ? AND kind = 'key'`,
  );
  const updateFrames = database.prepare<[number, number, number, number], FrameRow>(
    `SELECT at, frame, revived FROM mask_frames
     WHERE run = ? AND layer = ? AND kind = 'update' AND at BETWEEN ? AND ? ORDER BY at`,
  );
  const firstUpdateAfter = database
    .prepare<[number, number], number | null>('SELECT min(at) FROM mask_updates WHERE run = ? AND step > ?')
    .pluck();
  const deleteUpdates = database.prepare('DELETE FROM mask_updates WHERE run = ? AND at >= ?');
  const deleteFrames = database.prepare('DELETE FROM mask_frames WHERE run = ? AND at >= ?');
  const deleteLayers = database.prepare('DELETE FROM mask_layers WHERE run = ?');

  const live = new Map<number, LiveRun>();
  /** The last mask read of a layer, so that scrubbing forward decodes one update and no more. Oldest first. */
  const replayed = new Map<string, { at: number; mask: Mask }>();
  const remember = (name: string, at: number, mask: Mask): void => {
    replayed.delete(name);
    replayed.set(name, { at, mask });
    const oldest = replayed.keys().next();
    if (replayed.size > REMEMBERED_LAYERS && !oldest.done) replayed.delete(oldest.value);
  };
  const forget = (run: number): void => {
    live.delete(run);
    for (const name of replayed.keys()) if (name.startsWith(`${run}/`)) replayed.delete(name);
  };

  const readKeyFrame = (run: number, layer: number, at: number): Mask => {
    const row = keyFrame.get(run, layer, at);
    if (!row)
      throw new StoreError('damaged', `The mask history lacks the key frame of layer ${layer} at update ${at}.`);
    return decodeKeyFrame(row.frame);
  };

  /** The mask as it stood after update `at`. */
  const maskAt = (run: number, layer: number, at: number): Mask => {
    const name = `${run}/${layer}`;
    const key = at - (at % KEY_FRAME_EVERY);
    const known = replayed.get(name);
    const usable = known && known.at >= key && known.at <= at ? known : null;
    let mask = usable ? usable.mask : readKeyFrame(run, layer, key);
    for (const row of updateFrames.iterate(run, layer, (usable?.at ?? key) + 1, at)) {
      const { dropped, grown } = decodeUpdate(mask, row.frame);
      mask = applyUpdate(mask, dropped, grown);
    }
    remember(name, at, mask);
    return mask;
  };

  /** Rebuilds what appending needs from the stored history: after a resume, or a restart of this thread. */
  const revive = (run: number): LiveRun => {
    const last = lastUpdate.get(run) ?? null;
    if (last === null) throw new StoreError('missing', 'A mask update arrived before the initial masks.');
    const layers = layersOf.all(run).map(({ layer, outputs, inputs }): LiveLayer => {
      let mask = readKeyFrame(run, layer, 0);
      const explored = createExploredSet(outputs, inputs);
      explored.add(positionsOf(mask));
      for (const row of updateFrames.iterate(run, layer, 1, last)) {
        const { dropped, grown } = decodeUpdate(mask, row.frame);
        mask = applyUpdate(mask, dropped, grown);
        explored.add(grown);
      }
      return { mask, explored };
    });
    return { update: last, layers };
  };

  const appendLayer = (run: number, at: number, update: LayerUpdate, state: LiveLayer): void => {
    const { layer, dropped, grown } = update;
    const frame = encodeUpdate(state.mask, { dropped, grown });
    const revived = packBits(grown.length, (index) => state.explored.has(grown[index]));
    state.mask = applyUpdate(state.mask, dropped, grown);
    state.explored.add(grown);
    addFrame.run(run, layer, at, 'update', state.mask.columns.length, frame, revived);
  };

  return {
    start(run: number, layers: StoredMaskLayer[]): void {
      forget(run);
      database.transaction(() => {
        addUpdate.run(run, 0, 0, densityOf(layers));
        layers.forEach(({ name, inputShape, mask }, layer) => {
          const shape = inputShape && JSON.stringify(inputShape);
          addLayer.run(run, layer, name, mask.outputs, mask.inputs, shape);
          addFrame.run(run, layer, 0, 'key', mask.columns.length, encodeKeyFrame(mask), null);
        });
      })();
      live.set(run, {
        update: 0,
        layers: layers.map(({ mask }) => {
          const explored = createExploredSet(mask.outputs, mask.inputs);
          explored.add(positionsOf(mask));
          return { mask, explored };
        }),
      });
    },

    append(run: number, update: StoredMaskUpdate): void {
      const state = live.get(run) ?? revive(run);
      live.set(run, state);
      if (update.update !== state.update + 1) {
        throw new StoreError('other', `Mask update ${update.update} cannot follow update ${state.update}.`);
      }
      try {
        database.transaction(() => {
          addUpdate.run(run, update.update, update.step, update.rs);
          for (const layer of update.layers) appendLayer(run, update.update, layer, state.layers[layer.layer]);
          if (update.update % KEY_FRAME_EVERY !== 0) return;
          state.layers.forEach(({ mask }, layer) => {
            addFrame.run(run, layer, update.update, 'key', mask.columns.length, encodeKeyFrame(mask), null);
          });
        })();
        state.update = update.update;
      } catch (error) {
        // The transaction is undone; the state in memory may be half-way, so it is built anew when next needed.
        live.delete(run);
        throw error;
      }
    },

    /** Within the caller's transaction. A step below 0 forgets the initial masks too. */
    rewind(run: number, step: number): void {
      forget(run);
      const first = step < 0 ? 0 : (firstUpdateAfter.get(run, step) ?? null);
      if (first === null) return;
      deleteUpdates.run(run, first);
      deleteFrames.run(run, first);
      if (first === 0) deleteLayers.run(run);
    },

    /** The run takes no more updates: lets go of what appending needed. */
    release: (run: number): void => void live.delete(run),

    timeline(runId: string, run: number): MaskTimeline {
      const layers = layersOf.all(run).map(({ name, outputs, inputs }) => ({ name, outputs, inputs }));
      return { runId, layers, steps: stepsOf.all(run) };
    },

    view(runId: string, run: number, layer: number, update: number): MaskView {
      const layers = layersOf.all(run);
      const found = layers.find((row) => row.layer === layer);
      if (!found) throw new StoreError('missing', missingLayer(runId, layer, layers));
      const step = stepOf.get(run, update);
      if (step === undefined) {
        const last = lastUpdate.get(run) ?? 0;
        throw new StoreError('missing', `Run ${runId} has mask updates 0 to ${last}; there is no update ${update}.`);
      }
      const before = maskAt(run, layer, Math.max(0, update - 1));
      const row = update === 0 ? undefined : updateFrames.all(run, layer, update, update)[0];
      const change = row ? decodeUpdate(before, row.frame) : { dropped: new Float64Array(), grown: new Float64Array() };
      const after = row ? applyUpdate(before, change.dropped, change.grown) : before;
      remember(`${run}/${layer}`, update, after);
      return {
        runId,
        layer,
        layerName: found.name,
        update,
        step,
        outputs: found.outputs,
        inputs: found.inputs,
        inputShape: found.input_shape ? (JSON.parse(found.input_shape) as [number, number, number]) : null,
        ...viewMask(after, change, unpackBits(row?.revived ?? null)),
      };
    },
  };
}

function densityOf(layers: StoredMaskLayer[]): number {
  const active = layers.reduce((sum, { mask }) => sum + mask.columns.length, 0);
  const all = layers.reduce((sum, { mask }) => sum + mask.outputs * mask.inputs, 0);
  return all === 0 ? 0 : active / all;
}

function missingLayer(runId: string, layer: number, layers: LayerRow[]): string {
  if (layers.length === 0) return `Run ${runId} has no masks yet: it has not started.`;
  const names = layers.map((row) => `${row.layer} (${row.name})`).join(', ');
  return `Run ${runId} has no layer ${layer}; its layers are ${names}.`;
}
