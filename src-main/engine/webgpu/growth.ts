import type { Mask, Positions } from '../../contract/index.ts';
import { fanIn } from '../../networks/specification.ts';
import { requireRanks } from '../positions.ts';
import { firstCandidates } from './candidates.ts';
import {
  addSplits,
  BINS,
  collectCandidates,
  countMagnitudes,
  hideActive,
  raiseThreshold,
} from './kernels/growth.wgsl.ts';
import { type Binder, type Dispatch, dispatch, flatGroups, submitPass } from './programs.ts';
import { gradientProduct } from './weight-arithmetic-dense.ts';
import type { CardLayer } from './weight-layer.ts';

/** Gradients of a block of rows, splits left out. */
const BLOCK_WORDS = 2 ** 22;
const RECORD_WORDS = 3;
/** Beyond the wanted ones: later blocks may raise the threshold after records were taken. */
const LEAST_SLACK = 2 ** 16;
/** The least magnitude above zero: zero gradients are no candidates. */
const LEAST_MAGNITUDE = 1;

/**
 * Positions, ascending, of the `count` largest gradient magnitudes among inactive and dropped ones of a layer. Blocks of rows of the dense
 * gradient are worked out one after the other; a histogram over the blocks so far gives a threshold, and what reaches
 * it is collected. The exact choice among these few is made here.
 * @param dropped ranks among the active weights
 * @throws EngineError where there are no such ranks
 */
export async function findGrowthCandidates(
  binder: Binder,
  layer: CardLayer,
  vectors: number,
  count: number,
  dropped: Uint32Array,
  tieSeed: number,
): Promise<Positions> {
  const { memory } = binder;
  const mask = layer.mask();
  const inputs = fanIn(layer.bindings.layer);
  requireRanks(layer.bindings.layer.name, dropped, mask.columns.length);
  const inactive = mask.outputs * inputs - mask.columns.length + dropped.length;
  const wanted = Math.min(count, inactive);
  if (wanted === 0) return new Float64Array(0);
  if (!layer.arithmetic().index) return amongDropped(layer, dropped, wanted, tieSeed);

  const temporary: GPUBuffer[] = [];
  const keep = (buffer: GPUBuffer) => {
    temporary.push(buffer);
    return buffer;
  };
  const droppedBits = new Uint32Array(Math.ceil(mask.columns.length / 32));
  for (const index of dropped) droppedBits[index >>> 5] |= 1 << (index & 31);
  try {
    const hidden = keep(memory.upload(droppedBits, 'growth', 'what is dropped'));
    let threshold = LEAST_MAGNITUDE;
    let room = Math.min(inactive, 2 * wanted + LEAST_SLACK);
    for (;;) {
      const state = keep(memory.upload(Uint32Array.of(threshold, 0), 'growth', 'the threshold'));
      const records = keep(memory.allocate(room * RECORD_WORDS, 'growth', 'the candidates'));
      const search = searchBlocks(binder, layer, mask, { wanted, room, hidden, state, records });
      submitPass(memory.device, search.dispatches, vectors);
      for (const buffer of search.temporary) memory.free(buffer);
      const [reached, found] = new Uint32Array(await memory.read(state, 2));
      if (found <= room) {
        const words = new Uint32Array(await memory.read(records, found * RECORD_WORDS));
        return firstCandidates(words, inputs, wanted, tieSeed);
      }
      // Too many came before the threshold was high enough, or many are equal: again, with the threshold of the end.
      room = threshold === reached ? found : Math.min(inactive, Math.max(found, room));
      threshold = reached;
    }
  } finally {
    temporary.forEach((buffer) => memory.free(buffer));
  }
}

interface Search {
  wanted: number;
  room: number;
  hidden: GPUBuffer;
  state: GPUBuffer;
  records: GPUBuffer;
}

function searchBlocks(
  binder: Binder,
  layer: CardLayer,
  mask: Mask,
  { wanted, room, hidden, state, records }: Search,
): { dispatches: Dispatch[]; temporary: GPUBuffer[] } {
  const { memory } = binder;
  const { geometry } = layer.bindings;
  const { starts, entries } = layer.arithmetic().index!;
  const inputs = mask.inputs;
  const rowsTogether = Math.min(mask.outputs, Math.max(1, Math.floor(BLOCK_WORDS / inputs)));
  const product = gradientProduct(layer.bindings, rowsTogether);
  const gradients = memory.allocate(product.words, 'growth', 'a block of gradients');
  const bins = memory.allocate(BINS, 'growth', 'the histogram');
  const dispatches: Dispatch[] = [];
  for (let firstRow = 0; firstRow < mask.outputs; firstRow += rowsTogether) {
    const rows = Math.min(rowsTogether, mask.outputs - firstRow);
    const values = rows * inputs;
    const byValue = () => flatGroups(values);
    const { kernelHeight, kernelWidth } = geometry;
    const block = { firstRow, fanIn: inputs };
    dispatches.push(
      product.describe(binder, gradients, firstRow, rows),
      dispatch(binder, addSplits, { values, splits: product.splits }, { gradients }, byValue),
      dispatch(
        binder,
        hideActive,
        { ...block, kernelHeight, kernelWidth },
        { starts, entries, dropped: hidden, gradients },
        () => [rows, 1, 1],
      ),
      dispatch(binder, countMagnitudes, { values }, { gradients, state, bins }, byValue),
      dispatch(binder, raiseThreshold, { wanted }, { bins, state }, () => [1, 1, 1]),
      dispatch(binder, collectCandidates, { ...block, values, room }, { gradients, state, records }, byValue),
    );
  }
  return { dispatches, temporary: [gradients, bins, ...dispatches.map(({ parameters }) => parameters)] };
}

/** Where all are active, candidates are those that were just dropped. */
async function amongDropped(
  layer: CardLayer,
  dropped: Uint32Array,
  wanted: number,
  tieSeed: number,
): Promise<Positions> {
  const { weights } = await layer.gradients();
  const bits = new Uint32Array(weights.buffer);
  const { inputs, columns, rowStarts } = layer.mask();
  const records: number[] = [];
  let row = 0;
  for (const rank of dropped) {
    while (rowStarts[row + 1] <= rank) row++;
    const magnitude = bits[rank] & 0x7fffffff;
    if (magnitude >= LEAST_MAGNITUDE) records.push(row, columns[rank], magnitude);
  }
  return firstCandidates(Uint32Array.from(records), inputs, wanted, tieSeed);
}
