import { describe, expect, it } from 'vitest';
import { METRICS, requireConfiguration, type Mask } from '../../src-main/contract/index.ts';
import { type EngineOpening } from '../../src-main/engine/engine.ts';
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
import { methods } from '../../src-main/topology/methods/index.ts';
import { openDirectBatches } from '../../src-main/training/direct-batches.ts';
import { scoreInitialMasks, scoringBatch } from '../../src-main/training/initial-scores.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { openImageReference } from '../engine/image-reference.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';

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

const inputOf = (method: 'snip', sparsity: number) => ({
  configuration: requireConfiguration({ method, sparsity, scoringSamples: 12, seed: 4 }),
  data,
  statistics: { mean: data.mean, deviation: data.deviation },
  training: TRAINING,
  openBatches: openDirectBatches,
  threads: 2,
});

/** Scores the network, and gives the masks with what the engine was opened on. */
async function scored(method: 'snip', net: NetworkSpecification, sparsity: number) {
  const openings: EngineOpening[] = [];
  const openEngine = (opening: EngineOpening) => {
    openings.push(opening);
    return openCpu(opening);
  };
  const input = { ...inputOf(method, sparsity), network: net, openEngine };
  const result = await scoreInitialMasks(input, methods[method].scoring!);
  return { ...result, openings };
}

const totalOf = (net: NetworkSpecification) =>
  prunableLayers(net).reduce((sum, layer) => sum + sizeOf(weightShape(layer)), 0);

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
    const batch = await scoringBatch(inputOf('snip', 0.7));
    const scores = reference.weights.map((weights) =>
      Array.from(weights, (weight, at) => {
        const h = 1e-6;
        weights[at] = weight + h;
        const up = reference.loss(batch, true);
        weights[at] = weight - h;
        const down = reference.loss(batch, true);
        weights[at] = weight;
        return Math.abs((weight * (up - down)) / (2 * h));
      }),
    );
    expect(agreement(masks, scores)).toBeGreaterThan(0.99);
    masks.forEach((mask, at) => expect(mask.inputs).toBe(fanIn(prunableLayers(net)[at])));
  });
});

describe.each(['snip'] as const)('a training by %s', (method) => {
  it('starts from scored masks of the planned total, keeps them, learns, and resumes bit for bit', async () => {
    const input = { method, sparsity: 0.8, epochs: 8, checkpointEvery: 2 };
    const { events, result } = await trainToEnd(input);
    expect(result.final.testAccuracy).toBeGreaterThan(0.7);
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
