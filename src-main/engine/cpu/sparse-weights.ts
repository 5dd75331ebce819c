import type { Mask, Positions } from '../../contract/index.ts';
import type { WeightLayer } from '../../networks/specification.ts';
import { EngineError, type LayerState } from '../engine.ts';
import { locate as locatePositions, locateActive, type Pattern, indicesAfterDrop } from '../positions.ts';
import type { Kernels } from './kernels.ts';
import { KERNEL_CHANNELS, KERNEL_POSITIONS, KERNEL_ROW_PIXELS, KERNEL_WIDTH, TILE_BYTES } from './kernels/layout.ts';
import { describeRewiring } from './rewiring.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { WeightAddresses } from './weight-addresses.ts';
import type { Rewiring, WeightStorage } from './weight-storage.ts';
import type { Window } from './window.ts';

/**
 * One layer's active weights in shared memory: by rows always (offset, weight, momentum: 12 bytes an active weight), by
 * columns too where gradients flow further back (offset, weight, index: 12 more).
 */
export interface SparseWeights extends WeightStorage {
  addresses(): WeightAddresses;
}

const PURPOSE = 'weights';
/** Kernels read weights by fours, so up to three beyond the last. */
const OVERREACH = 3;
/** An offset is a whole number of TILE_BYTES; a division would go through floats. */
const TILE_SHIFT = Math.log2(TILE_BYTES);

/**
 * @param fused whether weights make their step with the copy by columns, which then says where each came from
 * @throws EngineError where the state does not fit the layer
 */
export function openSparseWeights(
  shared: SharedMemory,
  kernels: Kernels,
  layer: WeightLayer,
  state: LayerState,
  window: Window,
  { byColumns, fused }: { byColumns: boolean; fused: boolean },
): SparseWeights {
  const { outputs } = layer;
  const inputs = window.columns;
  let capacity = -1;
  const at: WeightAddresses = {
    starts: shared.allocate((outputs + 1) * 4, PURPOSE),
    offsets: 0,
    weights: 0,
    momenta: 0,
    columnStarts: byColumns ? shared.allocate((window.turnedRows + 1) * 4, PURPOSE) : 0,
    columnOffsets: 0,
    columnWeights: 0,
    permutation: 0,
    biases: layer.bias ? shared.allocate(outputs * 4, PURPOSE) : 0,
    biasMomenta: layer.bias ? shared.allocate(outputs * 4, PURPOSE) : 0,
  };
  const kernel = byColumns ? describeKernel(shared, window) : 0;
  const columnTable = window.columnTable ? writeTable(shared, window.columnTable) : 0;
  const offsetTable = window.columnTable
    ? writeTable(
        shared,
        Uint32Array.from({ length: inputs }, (_, column) => window.offsetOf(column)),
      )
    : 0;

  const active = () => shared.words(at.starts, outputs + 1)[outputs];
  const patternNow = (): Pattern => ({
    name: layer.name,
    inputs,
    outputs,
    starts: shared.words(at.starts, outputs + 1),
    offsets: shared.words(at.offsets, active()),
    window,
  });
  const copyReals = (address: number, length: number) => new Float32Array(shared.reals(address, length));

  /** Room for `count` weights; what the arrays by rows hold stays. Their copy by columns is rebuilt afterwards. */
  function reserve(count: number): void {
    if (count <= capacity) return;
    const kept = capacity < 0 ? 0 : active();
    for (const name of ['offsets', 'weights', 'momenta'] as const) {
      const larger = shared.allocate((count + OVERREACH) * 4, PURPOSE);
      if (kept > 0) shared.words(larger, kept).set(shared.words(at[name], kept));
      shared.free(at[name]);
      at[name] = larger;
    }
    if (byColumns)
      for (const name of ['columnOffsets', 'columnWeights', 'permutation'] as const) {
        shared.free(at[name]);
        at[name] = 0;
        at[name] = shared.allocate((count + OVERREACH) * 4, PURPOSE);
      }
    capacity = count;
  }

  function arrangeByColumns(): void {
    if (!byColumns) return;
    kernels.transpose(
      outputs,
      window.turnedRows,
      at.starts,
      at.offsets,
      at.weights,
      at.columnStarts,
      at.columnOffsets,
      at.columnWeights,
      at.permutation,
      kernel,
      fused,
    );
  }

  function mask(): Mask {
    const offsets = shared.words(at.offsets, active());
    const columns = new Uint32Array(offsets.length);
    const table = window.columnTable;
    if (table) for (let k = 0; k < columns.length; k++) columns[k] = table[offsets[k] >>> TILE_SHIFT];
    else for (let k = 0; k < columns.length; k++) columns[k] = offsets[k] >>> TILE_SHIFT;
    return { inputs, outputs, rowStarts: new Uint32Array(shared.words(at.starts, outputs + 1)), columns };
  }

  const geometry = {
    outputs,
    inputs,
    columnTable,
    offsetTable,
    turnedRows: byColumns ? window.turnedRows : 0,
    kernel,
    fused,
  };

  function rewiring(dropped: Positions, grown: Positions): Rewiring {
    reserve(active() + Math.max(0, grown.length - dropped.length));
    const { job, isDone, free } = describeRewiring(shared, at, geometry, dropped, grown);
    return {
      job,
      finish() {
        const done = isDone();
        free();
        if (done) return;
        // Room for more may have overwritten the copy by columns.
        arrangeByColumns();
        refuse(dropped, grown);
      },
    };
  }

  /** Says what is wrong with a rewiring: the kernels only say that something is. */
  function refuse(dropped: Positions, grown: Positions): never {
    const pattern = patternNow();
    const { indices } = locateActive(dropped, 'dropped', pattern);
    indicesAfterDrop(layer.name, grown, locatePositions(grown, 'grown', pattern), indices);
    throw new EngineError(`Layer ${layer.name} refuses this rewiring`);
  }

  const { mask: initial } = state;
  reserve(initial.columns.length);
  shared.words(at.starts, outputs + 1).set(initial.rowStarts);
  const offsets = shared.words(at.offsets, initial.columns.length);
  for (let k = 0; k < offsets.length; k++) offsets[k] = window.offsetOf(initial.columns[k]);
  shared.reals(at.weights, state.weights.length).set(state.weights);
  shared.reals(at.momenta, state.momenta.length).set(state.momenta);
  if (layer.bias) {
    shared.reals(at.biases, outputs).set(state.biases);
    shared.reals(at.biasMomenta, outputs).set(state.biasMomenta);
  }
  arrangeByColumns();

  return {
    layer,
    addresses: () => at,
    activeCount: active,
    pattern: patternNow,
    mask,
    activeWeights: () => copyReals(at.weights, active()),
    setWeights(weights) {
      shared.reals(at.weights, active()).set(weights);
      arrangeByColumns();
    },
    biases: () => copyReals(at.biases, layer.bias ? outputs : 0),
    gradientBytes: () => active() * 4,
    denseRows: null,
    gradientsAt: (address) => copyReals(address, active()),
    gradientNormAt: (address) => Math.sqrt(kernels.sumOfSquares(address, active())),
    state: () => ({
      mask: mask(),
      weights: copyReals(at.weights, active()),
      momenta: copyReals(at.momenta, active()),
      biases: copyReals(at.biases, layer.bias ? outputs : 0),
      biasMomenta: copyReals(at.biasMomenta, layer.bias ? outputs : 0),
    }),
    rewiring,
  };
}

function writeTable(shared: SharedMemory, table: Uint32Array): number {
  const address = shared.allocate(table.byteLength, 'plan');
  shared.words(address, table.length).set(table);
  return address;
}

/** What turning the matrix around has to know. */
function describeKernel(shared: SharedMemory, { channels, kernelWidth, rowPixels, positions }: Window): number {
  const length = KERNEL_POSITIONS + 2 * positions.length;
  const address = shared.allocate(length * 4, 'plan');
  const words = shared.words(address, length);
  words[KERNEL_CHANNELS] = channels;
  words[KERNEL_WIDTH] = kernelWidth;
  words[KERNEL_ROW_PIXELS] = rowPixels;
  positions.forEach(({ block, offset }, i) => words.set([block, offset], KERNEL_POSITIONS + 2 * i));
  return address;
}
