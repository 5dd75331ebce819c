import { EngineError, type GradientsOf } from '../engine.ts';
import { DENSE_ROWS } from './kernels/gemm-layout.ts';
import {
  WEIGHTS_BIAS_GRADIENTS,
  WEIGHTS_GRADIENTS,
  WEIGHTS_OFFSETS,
  WEIGHTS_STARTS,
  WEIGHTS_WORDS,
} from './kernels/layout.ts';
import type { PlannedLayer } from './layers.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { Stages } from './stages.ts';

const PURPOSE = 'gradients';

/** `Engine.gradientRows` of one layer: room for the gradients of these rows alone. @throws EngineError on other rows */
export async function gradientRows(
  shared: SharedMemory,
  stages: Stages,
  planned: PlannedLayer,
  firstRow: number,
  endRow: number,
  of: GradientsOf,
): Promise<Float32Array> {
  const { layer } = planned.weights;
  if (!(Number.isInteger(firstRow) && Number.isInteger(endRow) && 0 <= firstRow && firstRow < endRow))
    throw new EngineError(`Layer ${layer.name} has no rows from ${firstRow} to ${endRow}`);
  if (endRow > layer.outputs) throw new EngineError(`Layer ${layer.name} has ${layer.outputs} rows, not ${endRow}`);
  const lists: number[] = [];
  const room = (bytes: number) => {
    const address = shared.allocate(bytes, PURPOSE);
    lists.push(address);
    return address;
  };
  const ofBiases = room(layer.bias ? layer.outputs * 4 : 0);
  const describe = (given: Record<number, number>) => {
    const words = shared.words(planned.operation.address, WEIGHTS_WORDS);
    words[WEIGHTS_BIAS_GRADIENTS] = ofBiases;
    for (const [index, word] of Object.entries(given)) words[Number(index)] = word;
  };
  try {
    if (planned.weights.denseRows) return await denseRows();
    return await listedRows();
  } finally {
    planned.operation.describe();
    lists.forEach((address) => shared.free(address));
  }

  async function denseRows(): Promise<Float32Array> {
    const { bytes, gather } = planned.weights.denseRows!;
    const [firstBlock, endBlock] = [Math.floor(firstRow / DENSE_ROWS), Math.ceil(endRow / DENSE_ROWS)];
    const firstComputed = firstBlock * DENSE_ROWS;
    const address = room((Math.min(layer.outputs, endBlock * DENSE_ROWS) - firstComputed) * bytes);
    // The kernels count from the layer's first row: below zero it wraps around, and their sums wrap back.
    describe({ [WEIGHTS_GRADIENTS]: (address - firstComputed * bytes) >>> 0 });
    await stages.gradientBlocks(planned.operation, firstBlock, endBlock);
    return gather(address + (firstRow - firstComputed) * bytes, firstRow, endRow, of);
  }

  /** The lists of a layer that has weights in these rows alone: all positions of them, or the active ones. */
  async function listedRows(): Promise<Float32Array> {
    const { outputs } = layer;
    const { columns, offsetOf } = planned.window;
    const { starts: present, offsets: presentOffsets } = planned.weights.pattern();
    const startOf = of === 'all' ? (row: number) => row * columns : (row: number) => present[row];
    const [first, end] = [startOf(firstRow), startOf(endRow)];
    const starts = Uint32Array.from(
      { length: outputs + 1 },
      (_, row) => startOf(Math.min(Math.max(row, firstRow), endRow)) - first,
    );
    const offsets =
      of === 'active'
        ? presentOffsets.slice(first, end)
        : Uint32Array.from({ length: end - first }, (_, at) => offsetOf(at % columns));
    const [startList, offsetList, address] = [
      room(starts.byteLength),
      room(offsets.byteLength + 16),
      room((end - first + 4) * 4),
    ];
    shared.words(startList, starts.length).set(starts);
    shared.words(offsetList, offsets.length).set(offsets);
    describe({ [WEIGHTS_STARTS]: startList, [WEIGHTS_OFFSETS]: offsetList, [WEIGHTS_GRADIENTS]: address });
    await stages.gradients(planned.operation);
    return Float32Array.from(shared.reals(address, end - first));
  }
}
