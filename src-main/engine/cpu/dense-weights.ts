import type { Mask, Positions } from '../../contract/index.ts';
import { euclideanNorm } from '../../numerics/norm.ts';
import type { WeightLayer } from '../../networks/specification.ts';
import { EngineError, type GradientsOf, type LayerState } from '../engine.ts';
import { locate, locateActive, type Pattern, indicesAfterDrop } from '../positions.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { WeightStorage } from './weight-storage.ts';
import type { Window } from './window.ts';

/**
 * One layer's weights as a matrix in shared memory: weight and momentum of every position, 8 bytes, and where not all
 * are active one bit that says which. Inactive ones are zero and stay so.
 */
export interface DenseWeights extends WeightStorage {
  addresses(): DenseAddresses;
}

export interface DenseAddresses {
  weights: number;
  momenta: number;
  /** 0 where all weights are active. */
  active: number;
  /** 0 where the layer has no biases. */
  biases: number;
  biasMomenta: number;
  /** From one row to the next. */
  rowBytes: number;
}

const PURPOSE = 'weights';
const LINE_FLOATS = 16;

/**
 * Floats from one row to the next: whole cache lines, and never a multiple of 512 bytes, so that the lines of a column
 * do not all fall into the same few sets of a cache.
 */
function rowFloats(inputs: number): number {
  const lines = Math.ceil(inputs / LINE_FLOATS);
  return (lines % 8 === 0 ? lines + 1 : lines) * LINE_FLOATS;
}

/** Bytes of weights, momenta and bits of a layer in dense storage. */
export const denseBytes = (outputs: number, inputs: number): number => outputs * rowFloats(inputs) * (8 + 1 / 8);

/** @throws EngineError where the state does not fit the layer */
export function openDenseWeights(
  shared: SharedMemory,
  layer: WeightLayer,
  state: LayerState,
  window: Window,
): DenseWeights {
  const { outputs } = layer;
  const inputs = window.columns;
  const stride = rowFloats(inputs);
  const size = outputs * stride;
  const biasBytes = layer.bias ? outputs * 4 : 0;
  let activeNow = state.mask.columns.length;
  const at: DenseAddresses = {
    weights: shared.allocate(size * 4, PURPOSE),
    momenta: shared.allocate(size * 4, PURPOSE),
    active: 0,
    biases: layer.bias ? shared.allocate(biasBytes, PURPOSE) : 0,
    biasMomenta: layer.bias ? shared.allocate(biasBytes, PURPOSE) : 0,
    rowBytes: stride * 4,
  };

  const bits = () => shared.bytes(at.active, size / 8);
  const copyReals = (address: number, length: number) => new Float32Array(shared.reals(address, length));

  function markActive({ rowStarts, columns }: Mask): void {
    at.active = shared.allocate(size / 8, PURPOSE);
    const marks = bits();
    for (let row = 0; row < outputs; row++)
      for (let k = rowStarts[row]; k < rowStarts[row + 1]; k++) {
        const index = row * stride + columns[k];
        marks[index >>> 3] |= 1 << (index & 7);
      }
  }

  function mask(): Mask {
    const rowStarts = new Uint32Array(outputs + 1);
    const columns = new Uint32Array(activeNow);
    const marks = at.active ? bits() : null;
    let count = 0;
    for (let row = 0; row < outputs; row++) {
      for (let column = 0, index = row * stride; column < inputs; column++, index++)
        if (!marks || (marks[index >>> 3] >>> (index & 7)) & 1) columns[count++] = column;
      rowStarts[row + 1] = count;
    }
    return { inputs, outputs, rowStarts, columns };
  }

  function patternNow(): Pattern {
    const { rowStarts, columns } = mask();
    return { name: layer.name, inputs, outputs, starts: rowStarts, offsets: columns.map(window.offsetOf), window };
  }

  /** Active ones, in mask order, of values laid out like the weights. */
  function gather(values: number, { rowStarts, columns } = mask()): Float32Array {
    const from = shared.reals(values, size);
    const gathered = new Float32Array(columns.length);
    for (let row = 0; row < outputs; row++)
      for (let k = rowStarts[row]; k < rowStarts[row + 1]; k++) gathered[k] = from[row * stride + columns[k]];
    return gathered;
  }

  /** Of a few rows of values laid out like the weights of these rows. */
  function gatherRows(values: number, firstRow: number, endRow: number, of: GradientsOf): Float32Array {
    const from = shared.reals(values, (endRow - firstRow) * stride);
    const marks = at.active && of === 'active' ? bits() : null;
    const gathered = new Float32Array((endRow - firstRow) * inputs);
    let count = 0;
    for (let row = firstRow; row < endRow; row++) {
      const start = (row - firstRow) * stride;
      for (let column = 0, index = row * stride; column < inputs; column++, index++)
        if (!marks || (marks[index >>> 3] >>> (index & 7)) & 1) gathered[count++] = from[start + column];
    }
    return gathered.subarray(0, count);
  }

  function scatter(values: Float32Array, address: number, { rowStarts, columns }: Mask): void {
    const to = shared.reals(address, size);
    for (let row = 0; row < outputs; row++)
      for (let k = rowStarts[row]; k < rowStarts[row + 1]; k++) to[row * stride + columns[k]] = values[k];
  }

  function rewiring(dropped: Positions, grown: Positions): null {
    const out = indicesOf(dropped);
    const into = indicesOf(grown);
    if (!out || !into || !isSound(out, into)) return refuse(dropped, grown);
    if (!at.active) markActive(mask());
    const [marks, weights, momenta] = [bits(), shared.reals(at.weights, size), shared.reals(at.momenta, size)];
    for (let i = 0; i < out.length; i++) {
      const index = out[i];
      marks[index >>> 3] &= ~(1 << (index & 7));
      weights[index] = 0;
      momenta[index] = 0;
    }
    for (let i = 0; i < into.length; i++) marks[into[i] >>> 3] |= 1 << (into[i] & 7);
    activeNow += grown.length - dropped.length;
    return null;
  }

  /** Indices of positions in the padded matrix; null where they are no ascending positions of the layer. */
  function indicesOf(positions: Positions): Uint32Array | null {
    const indices = new Uint32Array(positions.length);
    let previous = -1;
    let row = 0;
    let rowStart = 0;
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i];
      if (!(position > previous) || position >= outputs * inputs || position % 1 !== 0) return null;
      previous = position;
      if (position >= rowStart + inputs) {
        row = Math.floor(position / inputs);
        rowStart = row * inputs;
      }
      indices[i] = row * stride + (position - rowStart);
    }
    return indices;
  }

  /** Whether all that goes is active, and nothing that comes stays so. Both lists ascend. */
  function isSound(out: Uint32Array, into: Uint32Array): boolean {
    const marks = at.active ? bits() : null;
    const isActive = (index: number) => !marks || (marks[index >>> 3] & (1 << (index & 7))) !== 0;
    for (let i = 0; i < out.length; i++) if (!isActive(out[i])) return false;
    for (let i = 0, gone = 0; i < into.length; i++) {
      while (gone < out.length && out[gone] < into[i]) gone++;
      if (isActive(into[i]) && out[gone] !== into[i]) return false;
    }
    return true;
  }

  /** Says what is wrong with a rewiring. */
  function refuse(dropped: Positions, grown: Positions): never {
    const pattern = patternNow();
    const { indices } = locateActive(dropped, 'dropped', pattern);
    indicesAfterDrop(layer.name, grown, locate(grown, 'grown', pattern), indices);
    throw new EngineError(`Layer ${layer.name} refuses this rewiring`);
  }

  if (activeNow < outputs * inputs) markActive(state.mask);
  scatter(state.weights, at.weights, state.mask);
  scatter(state.momenta, at.momenta, state.mask);
  if (layer.bias) {
    shared.reals(at.biases, outputs).set(state.biases);
    shared.reals(at.biasMomenta, outputs).set(state.biasMomenta);
  }
  const biasCount = layer.bias ? outputs : 0;

  return {
    layer,
    addresses: () => at,
    activeCount: () => activeNow,
    pattern: patternNow,
    mask,
    activeWeights: () => gather(at.weights),
    setWeights: (weights) => scatter(weights, at.weights, mask()),
    biases: () => copyReals(at.biases, biasCount),
    gradientBytes: () => size * 4,
    denseRows: { bytes: stride * 4, gather: gatherRows },
    gradientsAt: (address) => gather(address),
    gradientNormAt: (address) => euclideanNorm(gather(address)),
    state: () => {
      const maskNow = mask();
      return {
        mask: maskNow,
        weights: gather(at.weights, maskNow),
        momenta: gather(at.momenta, maskNow),
        biases: copyReals(at.biases, biasCount),
        biasMomenta: copyReals(at.biasMomenta, biasCount),
      };
    },
    rewiring,
  };
}
