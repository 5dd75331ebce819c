import type { Mask, Positions, RunConfiguration } from '../contract/index.ts';
import { EngineError, type Engine, type EngineOpening, type EngineSnapshot } from '../engine/engine.ts';
import { createStream } from '../numerics/random.ts';
import { selectLargestMagnitudes } from '../numerics/selection.ts';
import { applyUpdate, difference, maskFromPositions, positionsOf, union } from '../topology/mask.ts';
import { presentRanks } from '../topology/ranks.ts';
import { initialDeviation } from './initial-state.ts';

/** Values of inactive weights, some of which are trained without taking part. */
export interface HeldWeights {
  /** Values of a layer's inactive weights `[out * in]`, zero at active ones; not a copy. */
  values(layer: number): Float32Array;
  /** What a checkpoint needs beside the snapshot: per layer the values, then their momenta, NaN outside B. */
  saved(): Promise<Float32Array[]>;
}

interface HeldLayer {
  mask: Mask;
  /** Of B, ascending. */
  trained: Positions;
  /** Places of A, and of B without A, among them. */
  activeAt: Uint32Array;
  passiveAt: Uint32Array;
  values: Float32Array;
  /** Weight decay of passive weights is divided by it (Top-KAST, section 2.3). */
  density: number;
}

const MOST_BYTES = 2 ** 30;

/**
 * An engine whose inactive weights keep values, and some of which are trained without taking part (Top-KAST: forward set
 * A, backward set B). Outside, the mask is A. Inside, the engine's is B: of B without A it sees zeros, and what a step
 * makes of a zero is added to the value held here.
 *
 * @param share size of B without A, relative to A
 * @param saved what `HeldWeights.saved` gave; null for a fresh draw
 * @throws RangeError where the values of all positions would be too large
 */
export async function openHoldingEngine(
  opening: EngineOpening,
  openEngine: (opening: EngineOpening) => Promise<Engine>,
  { configuration, share, saved }: { configuration: RunConfiguration; share: number; saved: Float32Array[] | null },
): Promise<{ engine: Engine; held: HeldWeights }> {
  const { state } = opening;
  const total = state.layers.reduce((sum, { mask }) => sum + mask.outputs * mask.inputs, 0);
  if (total * 4 > MOST_BYTES)
    throw new RangeError(
      `The method ${configuration.method} keeps a value for every position: here ` +
        `${((total * 4) / 2 ** 30).toFixed(1)} GiB, of at most ${MOST_BYTES / 2 ** 30}. Choose a smaller network.`,
    );
  const layers = state.layers.map(({ mask }, at): HeldLayer => {
    const values = saved?.[at] ?? drawHeld(mask, at, configuration);
    const momenta = saved?.[state.layers.length + at];
    const passive = momenta
      ? Float64Array.from(momenta.keys()).filter((position) => !Number.isNaN(momenta[position]))
      : largestHeld(values, mask, share);
    const density = mask.columns.length / (mask.outputs * mask.inputs);
    return { mask, values, density, ...trainedOf(mask, passive) };
  });
  const inside: EngineSnapshot = {
    ...state,
    layers: state.layers.map((layer, at) => {
      const { trained, activeAt, passiveAt } = layers[at];
      const weights = new Float32Array(trained.length);
      const momenta = new Float32Array(trained.length);
      activeAt.forEach((place, k) => {
        weights[place] = layer.weights[k];
        momenta[place] = layer.momenta[k];
      });
      const savedMomenta = saved?.[state.layers.length + at];
      if (savedMomenta) passiveAt.forEach((place) => (momenta[place] = savedMomenta[trained[place]]));
      const mask = maskFromPositions(layer.mask.outputs, layer.mask.inputs, trained);
      return { ...layer, mask, weights, momenta };
    }),
  };
  const engine = await openEngine({ ...opening, state: inside });
  if (!engine.setWeights) {
    await engine.close();
    throw new EngineError(`${engine.description.title} cannot hold weights; choose the cpu engine`);
  }
  const setWeights = engine.setWeights.bind(engine);
  const activeOf = (layer: number, all: Float32Array) =>
    Float32Array.from(layers[layer].activeAt, (place) => all[place]);

  const outside: Engine = {
    description: engine.description,

    async trainStep(batch, step) {
      const result = await engine.trainStep(batch, step);
      for (const [at, { passiveAt, trained, values, density }] of layers.entries()) {
        if (passiveAt.length === 0) continue;
        const weights = await engine.activeWeights(at);
        const keep = 1 - (step.learningRate * step.weightDecay) / density;
        for (const place of passiveAt) {
          values[trained[place]] = keep * values[trained[place]] + weights[place];
          weights[place] = 0;
        }
        await setWeights(at, weights);
      }
      return result;
    },

    evaluate: (batch) => engine.evaluate(batch),
    ...(engine.keepImages && { keepImages: engine.keepImages.bind(engine) }),
    mask: (layer) => Promise.resolve(copyOf(layers[layer].mask)),
    activeCount: (layer) => Promise.resolve(layers[layer].mask.columns.length),
    activeWeights: async (layer) => activeOf(layer, await engine.activeWeights(layer)),
    biases: (layer) => engine.biases(layer),
    async gradients(layer) {
      const { weights, biases } = await engine.gradients(layer);
      return { weights: activeOf(layer, weights), biases };
    },
    largestInactiveGradients: () => Promise.reject(new EngineError('Held weights grow by magnitude, not by gradient')),

    async rewire(layer, dropped, grown) {
      const held = layers[layer];
      const before = await engine.activeWeights(layer);
      const mask = applyUpdate(held.mask, dropped, grown);
      const { values, trained } = held;
      const live = (position: Positions) => presentRanks(trained, position);
      live(dropped).forEach((place, k) => (values[dropped[k]] = before[place]));
      const starts = Float32Array.from(grown, (position) => values[position]);
      for (const position of grown) values[position] = 0;
      const now = trainedOf(mask, largestHeld(values, mask, share));
      const kept = difference(positionsOf(mask), grown);
      const keptWeights = live(kept);
      await engine.rewire(layer, difference(trained, now.trained), difference(now.trained, trained));
      const weights = new Float32Array(now.trained.length);
      presentRanks(now.trained, kept).forEach((place, k) => (weights[place] = before[keptWeights[k]]));
      presentRanks(now.trained, grown).forEach((place, k) => (weights[place] = starts[k]));
      await setWeights(layer, weights);
      layers[layer] = { ...held, mask, ...now };
    },

    async snapshot() {
      const all = await engine.snapshot();
      return {
        ...all,
        layers: all.layers.map((layer, at) => ({
          ...layer,
          mask: copyOf(layers[at].mask),
          weights: activeOf(at, layer.weights),
          momenta: activeOf(at, layer.momenta),
        })),
      };
    },

    close: () => engine.close(),
  };
  const held: HeldWeights = {
    values: (layer) => layers[layer].values,
    async saved() {
      const { layers: all } = await engine.snapshot();
      const momenta = layers.map(({ values, passiveAt, trained }, at) => {
        const dense = new Float32Array(values.length).fill(NaN);
        for (const place of passiveAt) dense[trained[place]] = all[at].momenta[place];
        return dense;
      });
      return [...layers.map(({ values }) => values), ...momenta];
    },
  };
  return { engine: outside, held };
}

/** What `mask` and the passive positions beside it are together. */
function trainedOf(mask: Mask, passive: Positions): Pick<HeldLayer, 'trained' | 'activeAt' | 'passiveAt'> {
  const active = positionsOf(mask);
  const trained = union(active, passive);
  return {
    trained,
    activeAt: Uint32Array.from(presentRanks(trained, active)),
    passiveAt: Uint32Array.from(presentRanks(trained, passive)),
  };
}

const largestHeld = (values: Float32Array, { columns }: Mask, share: number): Positions =>
  Float64Array.from(selectLargestMagnitudes(values, Math.round(share * columns.length), (position) => position)).sort();

/** Every inactive position's initial draw, at the scale of its unit's active weights. */
function drawHeld(mask: Mask, layer: number, { seed, initialisation }: RunConfiguration): Float32Array {
  const draws = createStream(seed, 'initial weights', layer);
  const { outputs, inputs, rowStarts } = mask;
  const values = new Float32Array(outputs * inputs);
  for (let row = 0, at = 0; row < outputs; row++) {
    const deviation = initialDeviation(initialisation, rowStarts[row + 1] - rowStarts[row], inputs);
    for (let column = 0; column < inputs; column++, at++) values[at] = draws.normal(at) * deviation;
  }
  for (const position of positionsOf(mask)) values[position] = 0;
  return values;
}

const copyOf = (mask: Mask): Mask => ({ ...mask, rowStarts: mask.rowStarts.slice(), columns: mask.columns.slice() });
