import { describe, expect, it } from 'vitest';
import { createStream } from '../../src-main/numerics/random.ts';
import { erk } from '../../src-main/topology/distributions/erk.ts';
import { createExploredSet, expectedRs, largestRs } from '../../src-main/topology/exploration.ts';
import { applyUpdate, positionsOf } from '../../src-main/topology/mask.ts';
import { pruneRateSchedules, updateSteps } from '../../src-main/topology/schedules.ts';
import { planUpdate } from '../../src-main/topology/update.ts';
import { layerView, updateContext } from './support.ts';
import { methodOf } from '../support/methods.ts';
import { drawInitialMasks } from '../support/by-configuration.ts';

const VGG_C = [
  ...[3, 64, 64, 128, 128, 256].map((inputs, at) => [[64, 64, 128, 128, 256, 256][at], inputs, 3, 3]),
  [256, 256, 1, 1],
  [512, 256, 3, 3],
  [512, 512, 3, 3],
  [512, 512, 1, 1],
  [512, 512, 3, 3],
  [512, 512, 3, 3],
  [512, 512, 1, 1],
  [512, 2048],
  [512, 512],
  [10, 512],
];

/** As the reference code does: an update at every multiple of the interval, the final step included. */
function referenceRates(interval: number, totalSteps: number): number[] {
  return Array.from({ length: Math.floor(totalSteps / interval) }, (_, k) =>
    pruneRateSchedules.cosine(0.5, (k + 1) * interval, totalSteps),
  );
}

/** itop.md 1.6: vgg-c at density 0.05, ERK, p0 0.5, batch 128, 352 steps an epoch. */
const RS_TABLE = [
  { interval: 1500, steps: 88_000, updates: 58, expected: 0.436, largest: 0.51 },
  { interval: 4000, steps: 88_000, updates: 22, expected: 0.243, largest: 0.29 },
  { interval: 1500, steps: 440_000, updates: 293, expected: 0.864, largest: 1 },
];

describe('R_s in closed form', () => {
  it.each(RS_TABLE)('reproduces the table for interval $interval of $steps steps', (row) => {
    const rates = referenceRates(row.interval, row.steps);
    expect(rates).toHaveLength(row.updates);
    const densities = erk(VGG_C, 0.05);
    const sizes = VGG_C.map((shape) => shape.reduce((product, side) => product * side, 1));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const over = (rs: (density: number) => number) =>
      densities.reduce((sum, density, layer) => sum + rs(density) * sizes[layer], 0) / total;
    expect(over((density) => expectedRs(density, rates))).toBeCloseTo(row.expected, 3);
    expect(over((density) => largestRs(density, rates))).toBeCloseTo(row.largest, 2);
  });

  it('agrees with random growth simulated', async () => {
    const [mask] = drawInitialMasks([[100, 200]], { method: 'set', sparsity: 0.9, distribution: 'uniform', seed: 4 });
    const rates = [0.5, 0.4, 0.3, 0.2, 0.1];
    const explored = createExploredSet(100, 200);
    explored.add(positionsOf(mask));
    let current = mask;
    for (const [at, rate] of rates.entries()) {
      const positions = positionsOf(current);
      const noise = createStream(9, 'weights', at);
      const view = layerView(current, { weights: Float32Array.from(positions, (_, index) => noise.normal(index)) });
      const context = updateContext({ seed: 4, update: at + 1, rate });
      const [{ dropped, grown }] = await planUpdate(methodOf('set').rewiring!, [view], context);
      current = applyUpdate(current, dropped, grown);
      explored.add(grown);
    }
    const measured = explored.size / 20_000;
    expect(Math.abs(measured - expectedRs(0.1, rates))).toBeLessThan(0.006);
    expect(measured).toBeLessThanOrEqual(largestRs(0.1, rates));
  });
});

describe('update steps', () => {
  it('never fall on the final step', () => {
    expect(updateSteps(4000, 1, 88_000)).toHaveLength(21);
    expect(updateSteps(4000, 1, 88_001).at(-1)).toBe(88_000);
  });

  it('stop after the stop fraction', () => {
    expect(updateSteps(100, 0.75, 1000)).toEqual([100, 200, 300, 400, 500, 600, 700]);
    expect(updateSteps(100, 0, 1000)).toEqual([]);
  });
});

describe('the cosine prune rate', () => {
  it('starts at p0, ends at the floor and is half-way in the middle', () => {
    expect(pruneRateSchedules.cosine(0.5, 0, 100)).toBe(0.5);
    expect(pruneRateSchedules.cosine(0.5, 50, 100)).toBeCloseTo(0.2525, 12);
    expect(pruneRateSchedules.cosine(0.5, 100, 100)).toBeCloseTo(0.005, 12);
  });
});

describe('an explored set', () => {
  it.each([
    ['of bits', 10, 10],
    ['of positions, for layers too large for bits', 500_000, 500_000],
  ])('%s counts each position once', (_, outputs, inputs) => {
    const set = createExploredSet(outputs, inputs);
    expect(set.add(Float64Array.of(1, 5, 99))).toBe(3);
    expect(set.add(Float64Array.of(5, 7))).toBe(1);
    expect(set.size).toBe(4);
    expect(set.has(7)).toBe(true);
    expect([...set.positions()]).toEqual([1, 5, 7, 99]);
  });

  it('stays the same when a list of positions turns into bits', () => {
    const set = createExploredSet(100, 100);
    const expected = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const positions = Float64Array.from(new Set([round * 3, round * 131, round * 17 + 5])).sort();
      const fresh = positions.filter((position) => !expected.has(position)).length;
      positions.forEach((position) => expected.add(position));
      expect(set.add(positions)).toBe(fresh);
      expect(set.size).toBe(expected.size);
    }
    expect(set.size).toBeGreaterThan(10_000 / 64);
    expect(Array.from(set.positions())).toEqual([...expected].sort((a, b) => a - b));
    expect([set.has(131), set.has(2)]).toEqual([true, false]);
  });
});
