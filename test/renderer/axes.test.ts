import { expect, test } from 'vitest';
import { atSteps, stepsAt, xAxes } from '../../src-renderer/charts/axes.ts';
import { smooth } from '../../src-renderer/charts/smoothing.ts';
import { tickLabels } from '../../src-renderer/charts/ticks.ts';

const clock = { steps: [100, 200, 400], values: [10, 30, 50] };

test('steps fall on a clock between its points, from zero, and beyond its end at the last pace', () => {
  expect([...atSteps([0, 50, 100, 150, 300, 400, 500], clock)]).toEqual([0, 5, 10, 20, 40, 50, 60]);
});

test('the inverse leads back to the steps', () => {
  const steps = [0, 25, 100, 250, 400, 900];
  expect([...stepsAt(atSteps(steps, clock), clock)]).toEqual(steps);
});

test('steps out of order are found all the same', () => {
  expect([...atSteps([400, 100, 200], clock)]).toEqual([50, 10, 30]);
});

test('without a clock there is nowhere to draw', () => {
  expect([...atSteps([1, 2], { steps: [], values: [] })]).toEqual([NaN, NaN]);
});

test('a clock of one point, and one that stands still, divide by nothing', () => {
  expect([...atSteps([0, 10, 20], { steps: [10], values: [5] })]).toEqual([0, 5, 10]);
  expect([...stepsAt([5], { steps: [10, 20], values: [5, 5] })]).toEqual([10]);
});

test('axes say their values as people read them', () => {
  expect(xAxes.time.format(80)).toBe('1 min 20 s');
  expect(xAxes.step.format(12_345)).toBe('12,345');
  expect(xAxes.flops.format(1.234e12)).toBe('1.23 T');
});

test('no smoothing gives the values', () => {
  expect([...smooth([1, 2, 3], [5, 1, 9], 0)]).toEqual([5, 1, 9]);
});

test('smoothing starts unbiased: a constant stays a constant', () => {
  for (const value of smooth([1, 2, 3, 4], [7, 7, 7, 7], 0.9)) expect(value).toBeCloseTo(7, 12);
});

test('smoothing on a spacing of one unit is the debiased exponential average', () => {
  const xs = Array.from({ length: 251 }, (_, i) => i);
  const smoothed = smooth(
    xs,
    xs.map((x) => Number(x > 0)),
    0.5,
  );
  expect(smoothed[1]).toBeCloseTo(1 / 1.5, 12);
  expect(smoothed[2]).toBeCloseTo((0.5 * 1 + 1) / (0.25 + 0.5 + 1), 12);
});

test('a dense and a thin series are smoothed over the same stretch of the axis', () => {
  const step = (x: number) => Number(x >= 50);
  const dense = Array.from({ length: 1001 }, (_, i) => i / 10);
  const thin = Array.from({ length: 101 }, (_, i) => i);
  const at60 = (xs: number[]) => smooth(xs, xs.map(step), 0.95)[xs.indexOf(60)];
  expect(Math.abs(at60(dense) - at60(thin))).toBeLessThan(0.06);
});

test('a point farther away has forgotten more', () => {
  const near = smooth([0, 1, 2, 10], [0, 0, 1, 1], 0.99)[2];
  const far = smooth([0, 1, 9, 10], [0, 0, 1, 1], 0.99)[2];
  expect(far).toBeGreaterThan(near);
});

test('values that are not finite stay gaps and leave the average alone', () => {
  const smoothed = smooth([0, 1, 2, 3], [2, NaN, 2, 2], 0.8);
  expect(smoothed[1]).toBeNaN();
  expect(smoothed[3]).toBeCloseTo(2, 12);
});

test('labels of an axis end without zeros, and are not said twice where a zoom is narrower than their digits', () => {
  const labelsOf = (values: number[], format: (value: number) => string) => {
    const ticks = values.map((value) => ({ value }));
    return values.map((value, at) => tickLabels(format)(value, at, ticks));
  };
  expect(labelsOf([0, 0.5, 1], (value) => `${(100 * value).toFixed(2)} %`)).toEqual(['0 %', '50 %', '100 %']);
  expect(labelsOf([15.01, 15.018, 15.021, 15.03], (value) => value.toFixed(2))).toEqual([
    '15.01',
    '15.02',
    '',
    '15.03',
  ]);
});
