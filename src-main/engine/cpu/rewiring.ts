import type { Positions } from '../../contract/index.ts';
import * as layout from './kernels/layout.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { WeightAddresses } from './weight-addresses.ts';

/** What positions of a sparse layer mean in memory, all but the counts as addresses. */
export interface LayerGeometry {
  outputs: number;
  inputs: number;
  /** Column by offset, and offset by column; 0 where offsets are columns. */
  columnTable: number;
  offsetTable: number;
  /** Rows of the copy for the way back, 0 where there is none; how kernel positions are laid out. */
  turnedRows: number;
  kernel: number;
  fused: boolean;
}

const PURPOSE = 'rewiring';

/** Writes down what the kernel `rewireLayer` has to do. The addresses must not change before it was executed. */
export function describeRewiring(
  shared: SharedMemory,
  at: WeightAddresses,
  geometry: LayerGeometry,
  dropped: Positions,
  grown: Positions,
): { job: number; isDone(): boolean; free(): void } {
  const room = lender(shared);
  const job = room.take(layout.REWIRE_WORDS * 4);
  const lists = [dropped, grown].map((positions) => writeList(shared, room.take, positions));
  const values: Record<number, number> = {
    [layout.REWIRE_DONE]: 0,
    [layout.REWIRE_OUTPUTS]: geometry.outputs,
    [layout.REWIRE_INPUTS]: geometry.inputs,
    [layout.REWIRE_STARTS]: at.starts,
    [layout.REWIRE_OFFSETS]: at.offsets,
    [layout.REWIRE_WEIGHTS]: at.weights,
    [layout.REWIRE_MOMENTA]: at.momenta,
    [layout.REWIRE_COLUMN_OF]: geometry.columnTable,
    [layout.REWIRE_OFFSET_OF]: geometry.offsetTable,
    [layout.REWIRE_DROPPED]: lists[0],
    [layout.REWIRE_GROWN]: lists[1],
    [layout.REWIRE_TURNED_ROWS]: geometry.turnedRows,
    [layout.REWIRE_COLUMN_STARTS]: at.columnStarts,
    [layout.REWIRE_COLUMN_OFFSETS]: at.columnOffsets,
    [layout.REWIRE_COLUMN_WEIGHTS]: at.columnWeights,
    [layout.REWIRE_PERMUTATION]: at.permutation,
    [layout.REWIRE_KERNEL]: geometry.kernel,
    [layout.REWIRE_BACK]: geometry.fused ? 1 : 0,
  };
  const words = shared.words(job, layout.REWIRE_WORDS);
  for (const [word, value] of Object.entries(values)) words[Number(word)] = value;
  return {
    job,
    isDone: () => shared.words(job, layout.REWIRE_WORDS)[layout.REWIRE_DONE] === 1,
    free: room.giveBack,
  };
}

function writeList(shared: SharedMemory, take: (bytes: number) => number, positions: Positions): number {
  const count = positions.length;
  const address = take(layout.LIST_WORDS * 4);
  const list: Record<number, number> = {
    [layout.LIST_POSITIONS]: take(count * 8),
    [layout.LIST_COUNT]: count,
    [layout.LIST_INDICES]: take((count + 1) * 4),
    [layout.LIST_ACTIVE]: take(count),
    [layout.LIST_ROWS]: take((count + 1) * 4),
    [layout.LIST_OFFSETS]: take((count + 1) * 4),
  };
  const words = shared.words(address, layout.LIST_WORDS);
  for (const [word, value] of Object.entries(list)) words[Number(word)] = value;
  shared.doubles(list[layout.LIST_POSITIONS], count).set(positions);
  return address;
}

/** Lends pieces of memory, to be given back together. */
function lender(shared: SharedMemory): { take(bytes: number): number; giveBack(): void } {
  const lent: number[] = [];
  return {
    take(bytes) {
      const address = shared.allocateRaw(bytes, PURPOSE);
      lent.push(address);
      return address;
    },
    giveBack: () => shared.free(...lent.splice(0)),
  };
}
