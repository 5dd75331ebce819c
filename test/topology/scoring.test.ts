import { describe, expect, it } from 'vitest';
import { createStream } from '../../src-main/numerics/random.ts';
import { roundDensities } from '../../src-main/topology/scoring/scoring.ts';
import { selectHighest, type ReadScores } from '../../src-main/topology/scoring/select.ts';

/** Hands the layers over in stretches of seven, and counts the readings. */
function reader(layers: readonly Float32Array[]): { read: ReadScores; readings: () => number } {
  let readings = 0;
  const read: ReadScores = async (visit) => {
    readings++;
    layers.forEach((scores, layer) => {
      for (let from = 0; from < scores.length; from += 7)
        visit(layer, scores.slice(from, from + 7), (index) => from + index);
    });
  };
  return { read, readings: () => readings };
}

/** By sorting everything. */
function highest(layers: readonly Float32Array[], count: number): number[][] {
  const all = layers.flatMap((scores, layer) => Array.from(scores, (score, position) => ({ layer, position, score })));
  const kept = all.sort((a, b) => b.score - a.score).slice(0, count);
  return layers.map((_, layer) =>
    kept
      .filter((entry) => entry.layer === layer)
      .map(({ position }) => position)
      .sort((a, b) => a - b),
  );
}

const noise = createStream(3, 'scores');
const layersOf = (...sizes: number[]) =>
  sizes.map((size, layer) => Float32Array.from({ length: size }, (_, at) => noise.normal(1000 * layer + at)));
const select = (layers: readonly Float32Array[], count: number, seed = 1) =>
  selectHighest(reader(layers).read, layers.length, count, { seed, round: 0 });

describe('the highest scores of all layers', () => {
  it.each([3, 10, 57, 199, 200])('%i of 200 are those that sorting gives, of either sign', async (count) => {
    const layers = layersOf(100, 60, 40);
    const { positions, rescued } = await select(layers, count);
    if (rescued.length === 0) expect(positions.map((kept) => [...kept])).toEqual(highest(layers, count));
    expect(positions.reduce((sum, kept) => sum + kept.length, 0)).toBe(count);
  });

  it('of equal ones a seeded draw takes exactly as many as are wanted', async () => {
    const layers = [new Float32Array(50), Float32Array.from({ length: 50 }, (_, at) => (at < 5 ? 1 : -0))];
    const [one, again, other] = [await select(layers, 40), await select(layers, 40), await select(layers, 40, 2)];
    expect(one).toEqual(again);
    expect(other.positions).not.toEqual(one.positions);
    for (const { positions } of [one, other]) {
      expect(positions[0].length + positions[1].length).toBe(40);
      expect([...positions[1]].slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
      for (const kept of positions) expect([...kept]).toEqual([...new Set(kept)].sort((a, b) => a - b));
    }
  });

  it('leave no layer empty: its best weight is kept and named', async () => {
    const layers = layersOf(50, 50, 50).map((scores, layer) => scores.map((score) => score + [0, -100, 50][layer]));
    const { positions, rescued } = await select(layers, 20);
    expect(rescued).toEqual([0, 1]);
    const best = (scores: Float32Array) => [scores.indexOf(Math.max(...scores))];
    expect([...positions[0]]).toEqual(best(layers[0]));
    expect([...positions[1]]).toEqual(best(layers[1]));
    expect([...positions[2]]).toEqual(highest([layers[2]], 18)[0]);
  });

  it('are found in three readings, whatever the number of positions', async () => {
    const { read, readings } = reader(layersOf(5000, 3000));
    await selectHighest(read, 2, 400, { seed: 1, round: 0 });
    expect(readings()).toBe(3);
  });

  it.each([
    ['more than there are', layersOf(5, 5), 11, /Cannot keep 11 weights of 10/],
    ['fewer than one a layer', layersOf(5, 5), 1, /each of 2 layers needs at least one/],
    ['what is not a number', [Float32Array.of(1, NaN), Float32Array.of(1)], 2, /A score of layer 0 is NaN/],
  ])('refuse %s', async (_, layers, count, message) => {
    await expect(select(layers, count)).rejects.toThrow(message);
  });
});

it('rounds prune by the same factor each, down to the density', () => {
  const densities = roundDensities(0.01, 4);
  expect(densities.map((density) => Number(density.toFixed(6)))).toEqual([0.316228, 0.1, 0.031623, 0.01]);
  expect(roundDensities(0.05, 1)).toEqual([0.05]);
});
