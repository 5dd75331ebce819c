import { describe, expect, it } from 'vitest';
import { METRICS, type Mask } from '../../src-main/contract/index.ts';
import type { Batch, EngineOptions } from '../../src-main/engine/engine.ts';
import {
  fanIn,
  prunableLayers,
  weightShape,
  type LayerSpecification,
  type NetworkSpecification,
} from '../../src-main/networks/specification.ts';
import { convolution, linear, maxPool, relu } from '../../src-main/networks/zoo/layers.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { sizeOf } from '../../src-main/topology/distributions/index.ts';
import { openDirectBatches } from '../../src-main/training/batches/direct-batches.ts';
import { scoreInitialMasks, scoringBatch } from '../../src-main/training/initial-scores.ts';
import { scoringHere } from '../../src-main/training/rules/trained-method.ts';
import { scoringPasses } from '../../src-main/training/scoring-passes.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { openImageReference, type ImageReference } from '../engine/image-reference.ts';
import { trialBatch } from '../engine/networks.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';
import { methodOf, requireConfiguration } from '../support/methods.ts';

const network = (name: string, layers: LayerSpecification[]): NetworkSpecification => ({
  name,
  inputShape: [8, 8, 1],
  classes: 5,
  layers,
});
const NETWORKS = [
  network('linear', [linear('one', 64, 9), relu('relu'), linear('two', 9, 5)]),
  network('convolutional', [
    convolution('conv-1', 1, 3, 3, { bias: true }),
    relu('relu-1'),
    maxPool('pool', 2),
    convolution('conv-2', 3, 4, 3, { bias: false }),
    { kind: 'batch-norm', name: 'norm', features: 4 },
    relu('relu-2'),
    { kind: 'flatten', name: 'flatten' },
    linear('out', 64, 5),
  ]),
];
const data = tinyData(60);
const TRAINING = Uint32Array.from({ length: 40 }, (_, at) => at + 3);

type ScoredMethod = 'snip' | 'grasp' | 'synflow';
const inputOf = (method: ScoredMethod, sparsity: number) => ({
  configuration: requireConfiguration({ method, sparsity, scoringSamples: 12, seed: 4 }),
  data,
  statistics: { mean: data.mean, deviation: data.deviation },
  training: TRAINING,
  openBatches: openDirectBatches,
  threads: 2,
});

/** Scores the network, and gives the masks with what the engine was opened on. */
async function scored(method: ScoredMethod, net: NetworkSpecification, sparsity: number) {
  const openings: EngineOptions[] = [];
  const openEngine = (opening: EngineOptions) => {
    openings.push(opening);
    return openCpu(opening);
  };
  const input = { ...inputOf(method, sparsity), network: net, openEngine };
  const result = await scoreInitialMasks(input, scoringHere(methodOf(method).scoring!));
  return { ...result, openings };
}

const totalOf = (net: NetworkSpecification) =>
  prunableLayers(net).reduce((sum, layer) => sum + sizeOf(weightShape(layer)), 0);

/** Of every weight, by finite differences of the loss. */
function gradientsOf({ weights, loss }: ImageReference, batch: Batch): number[][] {
  const h = 1e-6;
  return weights.map((layer) =>
    Array.from(layer, (weight, at) => {
      layer[at] = weight + h;
      const up = loss(batch, true);
      layer[at] = weight - h;
      const down = loss(batch, true);
      layer[at] = weight;
      return (up - down) / (2 * h);
    }),
  );
}

/** The share of the kept weights that are also among the `count` of highest score; float32 may swap those at the edge. */
function agreement(masks: readonly Mask[], scores: readonly (readonly number[])[]): number {
  const kept = masks.map((mask) => new Set(positionsOf(mask)));
  const count = kept.reduce((sum, set) => sum + set.size, 0);
  const best = scores
    .flatMap((layer, at) => layer.map((score, position) => ({ at, position, score })))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
  return best.filter(({ at, position }) => kept[at].has(position)).length / count;
}

describe.each(NETWORKS)('$name: the initial mask', (net) => {
  it('of snip keeps the largest |w g| of float64 finite differences, over all layers together', async () => {
    const { masks, openings, rescued } = await scored('snip', net, 0.7);
    expect(masks.reduce((sum, mask) => sum + mask.columns.length, 0)).toBe(Math.round(0.3 * totalOf(net)));
    expect(rescued).toEqual([]);
    const reference = openImageReference(openings[0]);
    const gradients = gradientsOf(reference, await scoringBatch(inputOf('snip', 0.7)));
    const scores = gradients.map((layer, at) =>
      layer.map((gradient, k) => Math.abs(reference.weights[at][k] * gradient)),
    );
    expect(agreement(masks, scores)).toBeGreaterThan(0.99);
    masks.forEach((mask, at) => expect(mask.inputs).toBe(fanIn(prunableLayers(net)[at])));
  });

  it('of grasp keeps the lowest -w (H g), H g by differences of float64 gradients', async () => {
    const { masks, openings } = await scored('grasp', net, 0.7);
    const reference = openImageReference(openings[0]);
    const batch = await scoringBatch(inputOf('grasp', 0.7));
    // Logits are divided by 200: their layer is opened as u = w / 200, whose gradient is 200 times that of w.
    const divisors = reference.weights.map((_, at) => (at === reference.weights.length - 1 ? 200 : 1));
    const drawn = reference.weights.map((weights, at) => weights.map((weight) => weight * divisors[at]));
    const gradientsAt = (h: number, along: number[][] | null) => {
      reference.weights.forEach((weights, at) =>
        weights.forEach((_, k) => (weights[k] = (drawn[at][k] + h * (along?.[at][k] ?? 0)) / divisors[at])),
      );
      return gradientsOf(reference, batch).map((layer, at) => layer.map((gradient) => gradient / divisors[at]));
    };
    const gradients = gradientsAt(0, null);
    // Small gradients: a step that is as long as in the product itself would be lost in rounding.
    const h = 1e-4 / Math.hypot(...gradients.map((layer) => Math.hypot(...layer)));
    const [ahead, behind] = [gradientsAt(h, gradients), gradientsAt(-h, gradients)];
    const scores = drawn.map((weights, at) =>
      Array.from(weights, (weight, k) => (weight * (ahead[at][k] - behind[at][k])) / (2 * h)),
    );
    expect(agreement(masks, scores)).toBeGreaterThan(0.97);
  });

  it('of synflow: the scores of every layer add up to one flow (Tanaka et al., theorem 1), and no data is read', async () => {
    const { openings, masks } = await scored('synflow', net, 0.95);
    expect(masks.reduce((sum, mask) => sum + mask.columns.length, 0)).toBe(Math.round(0.05 * totalOf(net)));
    const state = openings[0].state;
    const dense: EngineOptions = {
      ...openings[0],
      network: net,
      largestBatch: 1,
      mean: data.mean,
      deviation: data.deviation,
    };
    const network = { batch: trialBatch(dense, 1), openEngine: openCpu };
    const opening = {
      ...dense,
      // What scoring hands over: without the layer that adds the outputs up.
      state: { layers: state.layers.slice(0, -1), norms: [] },
    };
    const pass = await scoringPasses['synaptic-flow']({ ...network, opening }, (weights, gradients) =>
      weights.map((w, at) => Math.abs(w * gradients[at])),
    );
    const flows = prunableLayers(net).map(() => 0);
    await pass.read((layer, scores) => scores.forEach((score) => (flows[layer] += score)));
    await pass.close();
    expect(flows[0]).toBeGreaterThan(0);
    for (const flow of flows) expect(flow / flows[0]).toBeCloseTo(1, 4);
  });
});

it('synflow keeps what a float64 implementation of its hundred rounds keeps', async () => {
  const [net] = NETWORKS;
  const { masks, openings } = await scored('synflow', net, 0.9);
  const [one, two] = openings[0].state.layers.map(({ weights }) => Float64Array.from(weights, Math.abs));
  const total = one.length + two.length;
  for (let round = 1; round <= 100; round++) {
    // R = sum over o, h, i of two[o, h] one[h, i]; a weight's score is the sum of the paths through it.
    const into = Array.from({ length: 9 }, (_, h) => one.subarray(h * 64, (h + 1) * 64).reduce((sum, w) => sum + w, 0));
    const outOf = Array.from({ length: 9 }, (_, h) => [0, 1, 2, 3, 4].reduce((sum, o) => sum + two[o * 9 + h], 0));
    const scores = [
      ...Array.from(one, (w, at) => ({ from: one, at, score: w * outOf[Math.floor(at / 64)] })),
      ...Array.from(two, (w, at) => ({ from: two, at, score: w * into[at % 9] })),
    ].sort((a, b) => b.score - a.score);
    for (const { from, at } of scores.slice(Math.round(total * 0.1 ** (round / 100)))) from[at] = 0;
  }
  expect(masks.map((mask) => mask.columns.length)).toEqual(
    [one, two].map((w) => w.filter((value) => value > 0).length),
  );
  expect(
    agreement(
      masks,
      [one, two].map((w) => Array.from(w)),
    ),
  ).toBe(1);
});

describe.each(['snip', 'grasp', 'synflow'] as const)('a training by %s', (method) => {
  it('starts from scored masks of the planned total, keeps them, learns, and resumes bit for bit', async () => {
    const input = { method, sparsity: 0.8, epochs: 8, checkpointEvery: 2 };
    const { events, result } = await trainToEnd(input);
    // Chance is 0.2; a static mask comes to about 0.7, that of GraSP here to less.
    expect(result.final?.testAccuracy).toBeGreaterThan(method === 'grasp' ? 0.5 : 0.7);
    expect(ofType(events, 'mask-update')).toEqual([]);
    const { plan } = ofType(events, 'started')[0];
    const counts = ofType(events, 'initial-masks')[0].masks.map((mask) => mask.columns.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.round(0.2 * plan.prunableWeights));
    expect(plan.layers.map(({ activeWeights }) => activeWeights)).toEqual(counts);
    expect(new Set(plan.layers.map(({ density }) => density.toFixed(2))).size).toBeGreaterThan(1);
    expect(result.rs).toBe(plan.activeWeights / plan.prunableWeights);

    // Linear layers: two FLOPs a weight forward, thrice that in all, over 8 epochs of 360 samples.
    expect(seriesOf(events, METRICS.trainingFlops).at(-1)?.[1]).toBe(3 * 2 * plan.activeWeights * 8 * 360);

    const [checkpoint] = ofType(events, 'checkpoint');
    const resumed = await trainToEnd(input, { checkpoint: checkpoint.bytes });
    expect(resumed.result.weightsHash).toBe(result.weightsHash);
    expect(ofType(resumed.events, 'started')[0].plan).toEqual(plan);
  });

  it('is the same on 1 and 4 threads, and another for another seed', async () => {
    const hash = async (seed: number, threads: number) =>
      (await trainToEnd({ method, sparsity: 0.8, seed, epochs: 1 }, { threads })).result.weightsHash;
    const [one, four, other] = [await hash(1, 1), await hash(1, 4), await hash(2, 1)];
    expect(four).toBe(one);
    expect(other).not.toBe(one);
  });
});

it('a dense network too large to score is refused, with its size', async () => {
  const large = network('large', [linear('one', 64, 3_000_000), relu('relu'), linear('two', 3_000_000, 5)]);
  await expect(scored('snip', large, 0.9)).rejects.toThrow(
    /snip scores the dense network once before it trains: its 207000000 weights take 1\.5 GiB, of at most 1\.0/,
  );
});
