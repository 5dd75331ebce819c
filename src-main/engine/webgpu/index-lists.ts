import type { Mask } from '../../contract/index.ts';
import type { WeightLayer } from '../../networks/specification.ts';
import { CHUNK } from './kernels/sddmm.wgsl.ts';

/** How kernels see the active weights of a sparse layer. An entry is described in `kernels/geometry.ts`. */
export interface IndexLists {
  /** By output: where its entries start, and their input channels and kernel positions. */
  starts: Uint32Array;
  entries: Uint32Array;
  /** By input channel: where its entries start, their outputs and kernel positions, and which weight each one is. */
  turned: { starts: Uint32Array; entries: Uint32Array; permutation: Uint32Array };
  /** Row, first weight and end of every piece of a row that a workgroup of `sparseGradients` takes. */
  chunks: Uint32Array;
}

export const kernelOf = (layer: WeightLayer): readonly [number, number] =>
  layer.kind === 'linear' ? [1, 1] : layer.kernel;

const entryOf = (channel: number, row: number, column: number) => ((channel << 8) | (row << 4) | column) >>> 0;

/** The entry of every column of a layer's weights. */
export function entriesOfColumns(layer: WeightLayer): Uint32Array {
  const [height, width] = kernelOf(layer);
  const entries = new Uint32Array(layer.inputs * height * width);
  let at = 0;
  for (let channel = 0; channel < layer.inputs; channel++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) entries[at++] = entryOf(channel, row, column);
  return entries;
}

/** Every kernel position of every output, positions running fastest: the sum of the way back through a dense layer. */
export function entriesOfOutputs(layer: WeightLayer): Uint32Array {
  const [height, width] = kernelOf(layer);
  const entries = new Uint32Array(layer.outputs * height * width);
  let at = 0;
  for (let output = 0; output < layer.outputs; output++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) entries[at++] = entryOf(output, row, column);
  return entries;
}

/** Pieces that `sparseGradients` takes rows in. */
export function chunkCountOf({ outputs, rowStarts }: Mask): number {
  let count = 0;
  for (let row = 0; row < outputs; row++) count += Math.ceil((rowStarts[row + 1] - rowStarts[row]) / CHUNK);
  return count;
}

/** @param columnEntries as `entriesOfColumns` gives them */
export function indexLists(layer: WeightLayer, mask: Mask, columnEntries: Uint32Array): IndexLists {
  const { outputs, rowStarts, columns } = mask;
  const count = columns.length;
  const entries = new Uint32Array(count);
  const turnedStarts = new Uint32Array(layer.inputs + 1);
  for (let k = 0; k < count; k++) {
    const entry = columnEntries[columns[k]];
    entries[k] = entry;
    turnedStarts[(entry >>> 8) + 1]++;
  }
  for (let channel = 0; channel < layer.inputs; channel++) turnedStarts[channel + 1] += turnedStarts[channel];
  const next = turnedStarts.slice();
  const turnedEntries = new Uint32Array(count);
  const permutation = new Uint32Array(count);
  for (let row = 0; row < outputs; row++)
    for (let k = rowStarts[row]; k < rowStarts[row + 1]; k++) {
      const to = next[entries[k] >>> 8]++;
      turnedEntries[to] = ((row << 8) | (entries[k] & 0xff)) >>> 0;
      permutation[to] = k;
    }
  const chunks = new Uint32Array(3 * chunkCountOf(mask));
  let at = 0;
  for (let row = 0; row < outputs; row++)
    for (let k = rowStarts[row]; k < rowStarts[row + 1]; k += CHUNK) {
      chunks[at++] = row;
      chunks[at++] = k;
      chunks[at++] = Math.min(k + CHUNK, rowStarts[row + 1]);
    }
  return {
    starts: Uint32Array.from(rowStarts),
    entries,
    turned: { starts: turnedStarts, entries: turnedEntries, permutation },
    chunks,
  };
}
