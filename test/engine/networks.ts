import type { Mask } from '../../src-main/contract/index.ts';
import type { Batch, EngineOptions, LayerState } from '../../src-main/engine/engine.ts';
import type { LayerSpecification } from '../../src-main/networks/specification.ts';

/** Numbers in [0, 1) that depend on the seed alone. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Trial {
  widths: number[];
  density?: number;
  seed?: number;
  largestBatch?: number;
  labelSmoothing?: number;
  bias?: boolean;
  threads?: number;
  /** Layers that start without a single active weight. */
  emptyLayers?: number[];
  reluFirst?: boolean;
}

/** A network `widths[0] - ... - widths.at(-1)` with random masks; some rows are empty at low densities. */
export function trialOpening(trial: Trial): EngineOptions {
  const { widths, density = 1, seed = 1, bias = true } = trial;
  const random = randomNumbers(seed);
  const layers: LayerSpecification[] = trial.reluFirst ? [{ kind: 'relu', name: 'relu-in' }] : [];
  const states: LayerState[] = [];
  for (let i = 0; i + 1 < widths.length; i++) {
    const [inputs, outputs] = [widths[i], widths[i + 1]];
    layers.push({ kind: 'linear', name: `linear-${i}`, inputs, outputs, bias });
    if (i + 2 < widths.length) layers.push({ kind: 'relu', name: `relu-${i}` });
    const mask = randomMask(outputs, inputs, trial.emptyLayers?.includes(i) ? 0 : density, random);
    const scale = Math.sqrt(6 / Math.max(1, inputs * density));
    const draw = (length: number, size: number) => Float32Array.from({ length }, () => (random() * 2 - 1) * size);
    states.push({
      mask,
      weights: draw(mask.columns.length, scale),
      momenta: new Float32Array(mask.columns.length),
      biases: draw(bias ? outputs : 0, 0.3),
      biasMomenta: new Float32Array(bias ? outputs : 0),
    });
  }
  return {
    network: { name: 'trial', inputShape: [1, widths[0], 1], classes: widths.at(-1)!, layers },
    state: { layers: states, norms: [] },
    largestBatch: trial.largestBatch ?? 32,
    mean: [0.4],
    deviation: [0.6],
    labelSmoothing: trial.labelSmoothing ?? 0,
    threads: trial.threads ?? 1,
  };
}

export function randomMask(outputs: number, inputs: number, density: number, random: () => number): Mask {
  const rowStarts = new Uint32Array(outputs + 1);
  const columns: number[] = [];
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < inputs; column++) if (random() < density) columns.push(column);
    rowStarts[row + 1] = columns.length;
  }
  return { outputs, inputs, rowStarts, columns: Uint32Array.from(columns) };
}

export function trialBatch({ network }: EngineOptions, count: number, seed = 7): Batch {
  const random = randomNumbers(seed);
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const pixels = Uint8Array.from({ length: count * features }, () => random() * 256);
  const labels = Array.from({ length: count }, () => Math.floor(random() * network.classes));
  return {
    count,
    pixels,
    labels: network.classes > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels),
  };
}

/** Positions of the active weights, in mask order. */
export function positionsOf(mask: Mask): Float64Array {
  const positions = new Float64Array(mask.columns.length);
  for (let row = 0; row < mask.outputs; row++)
    for (let k = mask.rowStarts[row]; k < mask.rowStarts[row + 1]; k++)
      positions[k] = row * mask.inputs + mask.columns[k];
  return positions;
}

/** Every `stride`-th active and as many inactive positions, ascending: something to drop and something to grow. */
export function someChanges(
  mask: Mask,
  stride: number,
): { dropped: Float64Array; ranks: Uint32Array; grown: Float64Array } {
  const active = positionsOf(mask);
  const isActive = new Set(active);
  const ranks = everyRank(mask, stride);
  const dropped = positionsAtRanks(mask, ranks);
  const inactive: number[] = [];
  for (let p = 0; p < mask.outputs * mask.inputs && inactive.length < dropped.length; p += 3)
    if (!isActive.has(p)) inactive.push(p);
  return { dropped, ranks, grown: Float64Array.from(inactive) };
}

export const positionsAtRanks = (mask: Mask, ranks: Uint32Array): Float64Array => {
  const active = positionsOf(mask);
  return Float64Array.from(ranks, (rank) => active[rank]);
};

/** The ranks among the active weights that `stride` divides. */
export const everyRank = (mask: Mask, stride: number): Uint32Array =>
  Uint32Array.from({ length: Math.ceil(mask.columns.length / stride) }, (_, k) => k * stride);
