import type { Database } from 'better-sqlite3';
import type { Positions } from '../contract/index.ts';
import { DamagedHistoryError, decodeActivePositions } from '../topology/history.ts';
import { checksumRow, checksumRows } from './checksum-parts.ts';
import type { Checksums } from './checksums.ts';
import { StoreError } from './errors.ts';
import { chainOf, seedOf, UPDATES_LAYER, updatesSeedOf, type ChainedLayer, type Link } from './mask-chains.ts';
import type { StoredValue } from './row-hash.ts';

/** A key frame stands at every multiple of this, so that any update opens after replaying fewer than this. */
const KEY_FRAME_EVERY = 16;

export const hasKeyFrame = (update: number): boolean => keyFrameBefore(update) === update;

/** The update at or before this one at which the last key frame stands. */
export const keyFrameBefore = (update: number): number => update - (update % KEY_FRAME_EVERY);

/** Frames read at once. */
const PAGE = 32;

export interface MaskLayerRow extends ChainedLayer {
  /** The first update with checksums; null: none yet. */
  chained_from: number | null;
}

export interface UpdateFrame {
  at: number;
  active: number;
  frame: Uint8Array;
  revived: Uint8Array | null;
}

interface UpdateRow {
  at: number;
  step: number;
  rs: number;
}

type NewFrame = UpdateFrame & Pick<Link, 'kind'>;

/** Decodes what is stored; where it is damaged, the error says whose it is. @param whose `mask of layer 0 (fc1) at update 3` */
export function naming<T>(whose: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DamagedHistoryError) && !(error instanceof RangeError)) throw error;
    throw new StoreError('damaged', `What is stored as ${whose} cannot be read: ${error.message}`);
  }
}

/** Writes what belongs to an update, in this order. */
export interface MaskWriter {
  layer(row: Omit<MaskLayerRow, 'chained_from'>): MaskLayerRow;
  update(row: UpdateRow): void;
  /** An update's frame before the key frame of the same update. */
  frame(row: MaskLayerRow, added: NewFrame): void;
}

export type MaskFrames = ReturnType<typeof createMaskFrames>;

/** The stored frames and updates of masks with their checksums: the one way in which they are written and read. */
export function createMaskFrames(database: Database, checksums: Checksums) {
  const addLayer = database.prepare('INSERT INTO mask_layers VALUES (?, ?, ?, ?, ?, ?, 0)');
  const addUpdate = database.prepare('INSERT INTO mask_updates VALUES (?, ?, ?, ?)');
  const addFrame = database.prepare('INSERT INTO mask_frames VALUES (?, ?, ?, ?, ?, ?, ?)');
  const addChain = database.prepare('INSERT INTO mask_chains VALUES (?, ?, ?, ?, ?)');
  const beginChains = database.prepare(
    'UPDATE mask_layers SET chained_from = ? WHERE run = ? AND chained_from IS NULL',
  );
  const endChains = database.prepare('UPDATE mask_layers SET chained_from = NULL WHERE run = ? AND chained_from >= ?');
  const removals = ['mask_updates', 'mask_frames', 'mask_chains'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE run = ? AND at >= ?`),
  );
  const removeLayers = database.prepare('DELETE FROM mask_layers WHERE run = ?');

  const layerRows = database.prepare<[number], StoredValue[]>(checksumRows('masks', 'mask_layers')).raw();
  const chainRowsFrom = database
    .prepare<[number, number], StoredValue[]>(checksumRows('masks', 'mask_chains', 'run = ? AND at >= ?'))
    .raw();

  const idOf = database.prepare<[number], string>('SELECT id FROM runs WHERE key = ?').pluck();
  const layersOf = database.prepare<[number], MaskLayerRow>('SELECT * FROM mask_layers WHERE run = ? ORDER BY layer');
  const updatesOf = database.prepare<[number], UpdateRow>(
    'SELECT at, step, rs FROM mask_updates WHERE run = ? ORDER BY at',
  );
  const extentOf = database.prepare<[number], { count: number; last: number | null }>(
    'SELECT count(*) AS count, max(at) AS last FROM mask_updates WHERE run = ?',
  );
  const lastFrame = database
    .prepare<[number, number], number | null>('SELECT max(at) FROM mask_frames WHERE run = ? AND layer = ?')
    .pluck();
  const framesOf = database.prepare<[number, number, string, number, number], UpdateFrame>(
    `SELECT at, active, frame, revived FROM mask_frames
     WHERE run = ? AND layer = ? AND kind = ? AND at BETWEEN ? AND ? ORDER BY at`,
  );
  const chainsOf = database.prepare<[number, number, string, number, number], { at: number; chain: number }>(
    'SELECT at, chain FROM mask_chains WHERE run = ? AND layer = ? AND kind = ? AND at BETWEEN ? AND ? ORDER BY at',
  );
  const lastChain = database
    .prepare<[number, number, number], number>(
      `SELECT chain FROM mask_chains WHERE run = ? AND layer = ? AND kind = 'update' AND at <= ?
       ORDER BY at DESC LIMIT 1`,
    )
    .pluck();

  const runOf = (run: number): string => idOf.get(run) ?? String(run);
  const damaged = (run: number, what: string): StoreError =>
    new StoreError('damaged', `The mask history of run ${runOf(run)} is damaged: ${what}.`);
  const nameOf = ({ layer, name }: ChainedLayer): string => `layer ${layer} (${name})`;

  const chainBefore = (run: number, row: MaskLayerRow, at: number): number =>
    lastChain.get(run, row.layer, at) ?? seedOf(runOf(run), row);

  /** @throws StoreError where a row's checksum is not there, does not fit, or stands for a row that is not there */
  const requireChained = <R extends { at: number }>(
    run: number,
    whose: string,
    rows: readonly R[],
    chains: readonly { at: number; chain: number }[],
    next: (row: R) => number,
  ): void => {
    const steps = Math.max(rows.length, chains.length);
    for (let index = 0; index < steps; index++) {
      const [row, chain] = [rows.at(index), chains.at(index)];
      if (chain && (!row || row.at > chain.at)) throw damaged(run, `${whose} lacks update ${chain.at}`);
      if (row && (!chain || chain.at > row.at)) throw damaged(run, `${whose} lacks the checksum of update ${row.at}`);
      if (row && chain && next(row) !== chain.chain) {
        throw damaged(run, `${whose} at update ${row.at} does not follow what was stored before it`);
      }
    }
  };

  const updatesBefore = (run: number, at: number): number =>
    lastChain.get(run, UPDATES_LAYER, at) ?? updatesSeedOf(runOf(run));
  const linkOfUpdate = ({ at, step, rs }: UpdateRow): Link => ({
    ...{ kind: 'update', at, number: step, rs },
    ...{ frame: null, revived: null },
  });

  return {
    layersOf: (run: number): MaskLayerRow[] => layersOf.all(run),

    /** What belongs to one update, within the caller's transaction: its rows enter the checksum together. */
    adding<T>(run: number, work: (add: MaskWriter) => T): T {
      const added: StoredValue[][] = [];
      const link = (layer: number, kind: Link['kind'], at: number, chain: number): void => {
        addChain.run(run, layer, kind, at, chain);
        added.push(checksumRow('masks', 'mask_chains', { layer, kind, at, chain }));
      };
      const result = work({
        layer(row) {
          const { layer, name, outputs, inputs, input_shape: shape } = row;
          addLayer.run(run, layer, name, outputs, inputs, shape);
          const stored = { ...row, chained_from: 0 };
          added.push(checksumRow('masks', 'mask_layers', stored));
          return stored;
        },
        update(row) {
          if (layersOf.all(run).some(({ chained_from }) => chained_from === null)) {
            checksums.around(
              run,
              'masks',
              () => beginChains.run(row.at, run),
              () => layerRows.all(run),
            );
          }
          const before = updatesBefore(run, row.at);
          addUpdate.run(run, row.at, row.step, row.rs);
          link(UPDATES_LAYER, 'update', row.at, chainOf(before, linkOfUpdate(row)));
        },
        frame(row, { kind, at, active, frame, revived }) {
          const before = chainBefore(run, row, at);
          addFrame.run(run, row.layer, at, kind, active, frame, revived);
          link(row.layer, kind, at, chainOf(before, { kind, at, number: active, frame, revived }));
        },
      });
      checksums.added(run, 'masks', added);
      return result;
    },

    /** Removes updates from one on, and at 0 the layers too. */
    remove(run: number, first: number): void {
      function* touched(): Iterable<StoredValue[]> {
        yield* chainRowsFrom.iterate(run, first);
        yield* layerRows.iterate(run);
      }
      const change = (): void => {
        for (const removal of removals) removal.run(run, first);
        endChains.run(run, first);
        if (first === 0) removeLayers.run(run);
      };
      checksums.around(run, 'masks', change, touched);
    },

    /**
     * The last update of a run, null before its masks were made.
     * @throws StoreError `damaged` where one of the updates up to it, or after it, is missing
     */
    lastUpdate(run: number): number | null {
      const { count, last } = extentOf.get(run) ?? { count: 0, last: null };
      const layers = layersOf.all(run);
      if (count === 0 && layers.length === 0) return null;
      if (last === null || layers.length === 0) throw damaged(run, 'it lacks its updates or its layers');
      if (count !== last + 1) throw damaged(run, `it has ${count} of the updates 0 to ${last}`);
      const chainedTo = chainsOf.all(run, UPDATES_LAYER, 'update', last + 1, Number.MAX_SAFE_INTEGER).at(-1)?.at;
      const furthest = Math.max(chainedTo ?? 0, ...layers.map(({ layer }) => lastFrame.get(run, layer) ?? 0));
      if (furthest > last) throw damaged(run, `it lacks update ${last + 1}`);
      return last;
    },

    /** All updates of a run. @throws StoreError `damaged` where one is missing, or is not what was stored */
    updates(run: number): UpdateRow[] {
      this.lastUpdate(run);
      const rows = updatesOf.all(run);
      const from = Math.min(...layersOf.all(run).map(({ chained_from }) => chained_from ?? Infinity));
      if (!Number.isFinite(from)) return rows;
      let before = updatesBefore(run, from - 1);
      const chained = rows.filter(({ at }) => at >= from);
      const chains = chainsOf.all(run, UPDATES_LAYER, 'update', 0, Number.MAX_SAFE_INTEGER);
      requireChained(
        run,
        'its list of updates',
        chained,
        chains,
        (row) => (before = chainOf(before, linkOfUpdate(row))),
      );
      return rows;
    },

    /** Active positions of a key frame, ascending. @throws StoreError `damaged` */
    keyPositions(run: number, row: MaskLayerRow, at: number): Positions {
      const found = framesOf.all(run, row.layer, 'key', at, at);
      if (found.length === 0) throw damaged(run, `${nameOf(row)} lacks its key frame at update ${at}`);
      if (row.chained_from !== null && at >= row.chained_from) {
        const before = chainBefore(run, row, at);
        requireChained(run, nameOf(row), found, chainsOf.all(run, row.layer, 'key', at, at), (key) =>
          chainOf(before, { ...key, kind: 'key', number: key.active }),
        );
      }
      const [{ frame, active }] = found;
      const positions = naming(`mask of ${nameOf(row)} at update ${at} of run ${runOf(run)}`, () =>
        decodeActivePositions(frame, row),
      );
      if (positions.length === active) return positions;
      throw damaged(run, `${nameOf(row)} has ${positions.length} weights at update ${at}, where ${active} were stored`);
    },

    /** The frames of the updates `from..to` that changed a layer. @throws StoreError `damaged` */
    *frames(run: number, row: MaskLayerRow, from: number, to: number): Iterable<UpdateFrame> {
      const { layer, chained_from: chainedFrom } = row;
      let before = chainBefore(run, row, from - 1);
      for (let first = from; first <= to; first += PAGE) {
        const last = Math.min(to, first + PAGE - 1);
        const rows = framesOf.all(run, layer, 'update', first, last);
        if (chainedFrom !== null) {
          const chained = rows.filter(({ at }) => at >= chainedFrom);
          requireChained(run, nameOf(row), chained, chainsOf.all(run, layer, 'update', first, last), (link) => {
            before = chainOf(before, { ...link, kind: 'update', number: link.active });
            return before;
          });
        }
        yield* rows;
      }
    },

    /** Decodes what an update did, and says whose it is where it is damaged. */
    decode: <T>(run: number, row: MaskLayerRow, at: number, decode: () => T): T =>
      naming(`mask of ${nameOf(row)} at update ${at} of run ${runOf(run)}`, decode),
  };
}
