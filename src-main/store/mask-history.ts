import type { Database } from 'better-sqlite3';
import type { LayerUpdate, Mask, MaskTimeline, MaskView, Positions } from '../contract/index.ts';
import { createRankedSet, type RankedSet } from '../topology/active-set.ts';
import { createExploredSet, type ExploredSet } from '../topology/exploration.ts';
import { decodeUpdate, encodeKeyFrame, encodeUpdate, passUpdate, replayUpdate } from '../topology/history.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../topology/mask.ts';
import { listedBirths, type Births } from '../topology/measures/births.ts';
import { withoutRegrown, type Moment } from '../topology/measures/history.ts';
import { chosenLayers } from './chosen-layers.ts';
import { StoreError } from './errors.ts';
import {
  hasKeyFrame,
  keyFrameBefore,
  naming,
  type MaskFrames,
  type MaskLayerRow,
  type MaskWriter,
} from './mask-frames.ts';
import { viewMask } from './mask-view.ts';
import { packBits, unpackBits } from './bits.ts';
import type { StoredMaskLayer, StoredMaskUpdate } from './records.ts';
import type { UpdateRecords } from './update-records.ts';

const REMEMBERED_LAYERS = 16;
/** As many rows are removed at once, each of which enters a checksum: about 20 ms. */
const REMOVED_ROWS = 1500;
/** Of an update: itself, its chain, its record; of each layer: its frame, its chain, its record. */
const ROWS_OF_UPDATE = 3;
const ROWS_OF_LAYER = 3;
const NO_CHANGE = { dropped: new Float64Array(0), grown: new Float64Array(0) };

/** A layer's mask after an update, and what the update did where it did anything. */
interface Replayed {
  positions: Positions;
  last: { dropped: Positions; grown: Positions; revived: Uint8Array | null } | null;
}

/** What appending to a run's history needs: each layer's mask as it stands, when it was born, and all it ever had. */
interface LiveLayer {
  row: MaskLayerRow;
  mask: Mask;
  explored: ExploredSet;
  births: Births;
}
interface LiveRun {
  update: number;
  regrownLiveOn: boolean;
  layers: LiveLayer[];
}

/**
 * Every mask of every run: key frames and updates, encoded and decoded on this thread.
 * @param regrownLiveOn of a run: whether what it drops and grows at once goes on living
 */
export function createMaskHistory(
  database: Database,
  frames: MaskFrames,
  records: UpdateRecords,
  regrownLiveOn: (run: number) => boolean,
) {
  const stepOf = database
    .prepare<[number, number], number>('SELECT step FROM mask_updates WHERE run = ? AND at = ?')
    .pluck();
  const firstUpdateAfter = database
    .prepare<[number, number], number | null>('SELECT min(at) FROM mask_updates WHERE run = ? AND step > ?')
    .pluck();

  const lastUpdate = database
    .prepare<[number], number | null>('SELECT max(at) FROM mask_updates WHERE run = ?')
    .pluck();

  const live = new Map<number, LiveRun>();
  /** The last update of a run whose updates were found whole, as long as nothing writes to them, here or elsewhere. */
  const whole = new Map<number, { dataVersion: number; last: number | null }>();
  const lastUpdateOf = (run: number): number | null => {
    // Changes with every commit of another connection (sqlite.org/pragma.html, data_version).
    const dataVersion = database.pragma('data_version', { simple: true }) as number;
    const known = whole.get(run);
    if (known?.dataVersion === dataVersion) return known.last;
    const last = frames.lastUpdate(run);
    whole.set(run, { dataVersion, last });
    return last;
  };
  /** The last mask read of a layer, so that scrubbing forward decodes one update and no more. Oldest first. */
  const replayed = new Map<string, { at: number; active: RankedSet }>();
  const remember = (name: string, at: number, active: RankedSet): void => {
    replayed.delete(name);
    replayed.set(name, { at, active });
    const oldest = replayed.keys().next();
    if (replayed.size > REMEMBERED_LAYERS && !oldest.done) replayed.delete(oldest.value);
  };
  const forget = (run: number): void => {
    live.delete(run);
    whole.delete(run);
    for (const name of replayed.keys()) if (name.startsWith(`${run}/`)) replayed.delete(name);
  };

  /** What stood before update `at`, moved on to what stands after it; `change` is what it did to the layer. */
  const replayTo = (run: number, shape: MaskLayerRow, at: number): Replayed => {
    const { layer, outputs, inputs } = shape;
    const name = `${run}/${layer}`;
    const known = replayed.get(name);
    // An update at a key frame is replayed too, since the key frame does not say what it did.
    const start = keyFrameBefore(Math.max(0, at - 1));
    const usable = known && known.at >= start && known.at < Math.max(1, at) ? known : null;
    const active = usable?.active ?? createRankedSet(frames.keyPositions(run, shape, start), outputs * inputs);
    let last: Replayed['last'] = null;
    // Taken out while it moves: an update that cannot be decoded leaves it half-way.
    replayed.delete(name);
    for (const row of frames.frames(run, shape, (usable?.at ?? start) + 1, at)) {
      frames.decode(run, shape, row.at, () => {
        if (row.at < at) passUpdate(active, outputs * inputs, row.frame);
        else last = { ...replayUpdate(active, outputs * inputs, row.frame), revived: row.revived };
      });
    }
    remember(name, at, active);
    return { positions: active.positions(), last };
  };

  /** Rebuilds what appending needs from the stored history: after a resume, or a restart of this thread. */
  const revive = (run: number): LiveRun => {
    const last = frames.lastUpdate(run);
    if (last === null) throw new StoreError('missing', 'A mask update arrived before the initial masks.');
    const livesOn = regrownLiveOn(run);
    const layers = frames.layersOf(run).map((shape): LiveLayer => {
      const { outputs, inputs } = shape;
      let mask = maskFromPositions(outputs, inputs, frames.keyPositions(run, shape, 0));
      const explored = createExploredSet(outputs, inputs);
      const births = listedBirths(positionsOf(mask));
      explored.add(positionsOf(mask));
      for (const row of frames.frames(run, shape, 1, last)) {
        const before = mask;
        const { dropped, grown } = frames.decode(run, shape, row.at, () => decodeUpdate(before, row.frame));
        mask = applyUpdate(mask, dropped, grown);
        explored.add(grown);
        births.advance(lifeMoment({ update: row.at, dropped, grown }, livesOn));
      }
      return { row: shape, mask, explored, births };
    });
    return { update: last, regrownLiveOn: livesOn, layers };
  };

  const addKeyFrame = (add: MaskWriter, row: MaskLayerRow, at: number, mask: Mask): void =>
    add.frame(row, {
      ...{ kind: 'key', at, active: mask.columns.length },
      ...{ frame: encodeKeyFrame(mask), revived: null },
    });

  const appendLayer = (add: MaskWriter, at: number, update: LayerUpdate, state: LiveLayer, livesOn: boolean): void => {
    const { dropped, grown } = update;
    const frame = encodeUpdate(state.mask, { dropped, grown });
    const revived = packBits(grown.length, (index) => state.explored.has(grown[index]));
    state.mask = applyUpdate(state.mask, dropped, grown);
    state.explored.add(grown);
    state.births.advance(lifeMoment({ update: at, dropped, grown }, livesOn));
    add.frame(state.row, { kind: 'update', at, active: state.mask.columns.length, frame, revived });
  };

  return {
    start(run: number, layers: StoredMaskLayer[]): void {
      forget(run);
      const writeInitial = (add: MaskWriter): MaskLayerRow[] => {
        const added = layers.map(({ name, inputShape, mask: { outputs, inputs } }, layer) => {
          const shape = inputShape && JSON.stringify(inputShape);
          return add.layer({ layer, name, outputs, inputs, input_shape: shape });
        });
        add.update({ at: 0, step: 0, rs: densityOf(layers) });
        layers.forEach(({ mask }, layer) => addKeyFrame(add, added[layer], 0, mask));
        return added;
      };
      const rows = database.transaction(() => frames.adding(run, writeInitial))();
      live.set(run, {
        update: 0,
        regrownLiveOn: regrownLiveOn(run),
        layers: layers.map(({ mask }, layer) => {
          const explored = createExploredSet(mask.outputs, mask.inputs);
          explored.add(positionsOf(mask));
          return { row: rows[layer], mask, explored, births: listedBirths(positionsOf(mask)) };
        }),
      });
    },

    append(run: number, update: StoredMaskUpdate): void {
      whole.delete(run);
      const state = live.get(run) ?? revive(run);
      live.set(run, state);
      if (update.update !== state.update + 1) {
        throw new StoreError('other', `Mask update ${update.update} cannot follow update ${state.update}.`);
      }
      try {
        const writeUpdate = (add: MaskWriter): void => {
          add.update({ at: update.update, step: update.step, rs: update.rs });
          if (update.record) {
            records.append(run, update.update, update.record, (layer) => {
              const { births, mask } = state.layers[layer];
              return births.of(positionsOf(mask));
            });
          }
          for (const layer of update.layers) {
            appendLayer(add, update.update, layer, state.layers[layer.layer], state.regrownLiveOn);
          }
          if (!hasKeyFrame(update.update)) return;
          for (const { row, mask } of state.layers) addKeyFrame(add, row, update.update, mask);
        };
        database.transaction(() => frames.adding(run, writeUpdate))();
        state.update = update.update;
      } catch (error) {
        // The transaction is undone; the state in memory may be half-way, so it is built anew when next needed.
        live.delete(run);
        throw error;
      }
    },

    /**
     * Within the caller's transaction: forgets the last updates after a step, a slice of them. What is left is a whole
     * history after each slice. A step below 0 forgets the initial masks too.
     * @returns whether there are more
     */
    rewind(run: number, step: number): boolean {
      forget(run);
      const first = step < 0 ? 0 : (firstUpdateAfter.get(run, step) ?? null);
      if (first === null) return false;
      const layers = frames.layersOf(run).length;
      const slice = Math.max(1, Math.floor(REMOVED_ROWS / (ROWS_OF_UPDATE + layers * ROWS_OF_LAYER)));
      const from = Math.max(first, (lastUpdate.get(run) ?? first) + 1 - slice);
      frames.remove(run, from);
      records.rewind(run, from);
      return from > first;
    },

    /** The run takes no more updates: lets go of what appending needed. */
    release: (run: number): void => void live.delete(run),

    /** After a transaction was undone: what was kept in memory is built anew from what is stored. */
    forget(): void {
      live.clear();
      whole.clear();
      replayed.clear();
    },

    timeline(runId: string, run: number): MaskTimeline {
      const layers = frames.layersOf(run).map(({ name, outputs, inputs }) => ({ name, outputs, inputs }));
      return {
        runId,
        layers,
        steps: frames.updates(run).map(({ step }) => step),
        regrownLiveOn: regrownLiveOn(run),
      };
    },

    view(runId: string, run: number, layer: number, update: number): MaskView {
      // Says first what is damaged.
      const lastUpdate = lastUpdateOf(run) ?? 0;
      const [found] = chosenLayers(runId, frames.layersOf(run), layer);
      const step = stepOf.get(run, update);
      if (step === undefined) {
        throw new StoreError(
          'missing',
          `Run ${runId} has mask updates 0 to ${lastUpdate}; there is no update ${update}.`,
        );
      }
      const { positions, last } = replayTo(run, found, update);
      const wasActive = naming(`flags of layer ${layer} (${found.name}) at update ${update}`, () =>
        unpackBits(last?.revived ?? null, last?.grown.length ?? 0),
      );
      return {
        runId,
        layer,
        layerName: found.name,
        update,
        step,
        outputs: found.outputs,
        inputs: found.inputs,
        inputShape: found.input_shape ? (JSON.parse(found.input_shape) as [number, number, number]) : null,
        ...viewMask(positions, found.inputs, last ?? NO_CHANGE, wasActive),
      };
    },
  };
}

const lifeMoment = (moment: Moment, livesOn: boolean): Moment => (livesOn ? withoutRegrown(moment) : moment);

function densityOf(layers: StoredMaskLayer[]): number {
  const active = layers.reduce((sum, { mask }) => sum + mask.columns.length, 0);
  const all = layers.reduce((sum, { mask }) => sum + mask.outputs * mask.inputs, 0);
  return all === 0 ? 0 : active / all;
}
