import { Zip, ZipDeflate } from 'fflate';
import type { MaskView } from '../../../contract/index.ts';
import { LabError } from '../../lab-error.ts';
import { activeOf, changesOf, type MaskHistory } from './history.ts';
import { npyHeader, textArray, type NpyArray } from './npy.ts';

/** What an update did to a layer. */
const LISTS = ['dropped', 'grown', 'regrown'] as const;

/** Positions of a layer are 32-bit integers below this. */
const MOST_POSITIONS = 2 ** 31;
/** The archive is one of 32-bit sizes (APPNOTE.TXT of the zip format, 4.4): entries, and where they begin. */
const MOST_BYTES = 2 ** 32 - 1;
const PIECE_BYTES = 2 ** 18;

/**
 * A NumPy archive: `layers` (names), `shapes` (`[layers, 2]`: outputs, inputs), `steps` of all updates, `regrown_live_on`; and
 * of layer 0, 1 ... `initial_0`, `dropped_0`, `grown_0` and `regrown_0`, positions `row * inputs + column`, ascending in each
 * update. Those of update u are `dropped_0[dropped_offsets_0[u] : dropped_offsets_0[u + 1]]`; what an update dropped and grew
 * again stands in all three. The changes of one layer are held at a time, 4 bytes each.
 * @throws LabError where the archive would be larger than its format allows
 */
export async function* npzBytes(history: MaskHistory): AsyncGenerator<Uint8Array> {
  const { layers, steps, regrownLiveOn } = history;
  const archive = createArchive();
  yield* archive.add('layers', textArray(layers.map(({ name }) => name)));
  const shapes = Int32Array.from(layers.flatMap(({ outputs, inputs }) => [outputs, inputs]));
  yield* archive.add('shapes', { shape: [layers.length, 2], values: shapes });
  yield* archive.add('steps', longs(steps));
  yield* archive.add('regrown_live_on', { shape: [], values: Uint8Array.of(regrownLiveOn ? 1 : 0) });
  for (const [layer, { name, outputs, inputs }] of layers.entries()) {
    if (outputs * inputs > MOST_POSITIONS)
      throw new LabError(`Layer ${name} is too large for a NumPy archive. ${OTHERS}`);
    const lists = LISTS.map(() => createList());
    for await (const view of history.masksOf(layer)) {
      if (view.update === 0) yield* archive.add(`initial_${layer}`, integers(activeOf(view)));
      const changes = listsOf(view);
      LISTS.forEach((list, at) => lists[at].add(changes[list]));
    }
    for (const [at, list] of LISTS.entries()) {
      yield* archive.add(`${list}_${layer}`, integers(lists[at].values()));
      yield* archive.add(`${list}_offsets_${layer}`, longs(lists[at].offsets));
    }
  }
  yield* archive.end();
}

const OTHERS = 'Export it as CSV or JSON lines.';

/** The initial mask changes nothing. */
const listsOf = (view: MaskView) => (view.update === 0 ? { dropped: [], grown: [], regrown: [] } : changesOf(view));

const integers = (values: readonly number[] | Int32Array): NpyArray => ({
  shape: [values.length],
  values: values instanceof Int32Array ? values : Int32Array.from(values),
});

const longs = (values: readonly number[]): NpyArray => ({
  shape: [values.length],
  values: BigInt64Array.from(values, BigInt),
});

/** Positions of all updates, one after the other, in memory of their size. */
function createList() {
  let held = new Int32Array(1024);
  let length = 0;
  const offsets = [0];
  return {
    offsets,
    add(positions: readonly number[]): void {
      if (length + positions.length > held.length) {
        const larger = new Int32Array(2 * (length + positions.length));
        larger.set(held);
        held = larger;
      }
      held.set(positions, length);
      length += positions.length;
      offsets.push(length);
    },
    values: (): Int32Array => held.subarray(0, length),
  };
}

/** A zip whose entries are compressed as they come. */
function createArchive() {
  let made: Uint8Array[] = [];
  let total = 0;
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    made.push(bytes);
    total += bytes.length;
  });
  function* taken(): Generator<Uint8Array> {
    if (total > MOST_BYTES) throw new LabError(`The NumPy archive would be larger than 4 GiB. ${OTHERS}`);
    const pieces = made;
    made = [];
    yield* pieces;
  }
  return {
    *add(name: string, array: NpyArray): Generator<Uint8Array> {
      const { values } = array;
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      if (bytes.length > MOST_BYTES) throw new LabError(`The array ${name} would be larger than 4 GiB. ${OTHERS}`);
      const entry = new ZipDeflate(`${name}.npy`, { level: 6 });
      // The same history gives the same file.
      entry.mtime = '1980-01-01T00:00:00';
      zip.add(entry);
      entry.push(npyHeader(array), bytes.length === 0);
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        entry.push(bytes.subarray(from, from + PIECE_BYTES), from + PIECE_BYTES >= bytes.length);
        yield* taken();
      }
      yield* taken();
    },
    *end(): Generator<Uint8Array> {
      zip.end();
      yield* taken();
    },
  };
}
