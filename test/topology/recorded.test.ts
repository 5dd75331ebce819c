import { describe, expect, it } from 'vitest';
import {
  AGE_CLASSES,
  MAGNITUDE_CLASSES,
  ageClass,
  ageClassName,
  histogramByAge,
  magnitudeClassEdge,
  magnitudeClasses,
} from '../../src-main/topology/magnitude-classes.ts';
import { measureRecorded, type RecordedRun } from '../../src-main/topology/measures/recorded.ts';

describe('classes of magnitude', () => {
  it.each([
    [0, 0],
    [2 ** -17, 0],
    [2 ** -16, 1],
    [1.49 * 2 ** -16, 1],
    [1.5 * 2 ** -16, 2],
    [2 ** -15, 3],
    [-0.5, 31],
    [1, 33],
    [3.9, 36],
    [4, 37],
    [1e30, 37],
    [Infinity, 37],
    [Number.NaN, 37],
  ])('%d is in class %i', (weight, at) => {
    expect(magnitudeClasses(Float32Array.of(weight))[0]).toBe(at);
  });

  it('start at their edges', () => {
    for (let at = 1; at < MAGNITUDE_CLASSES; at++) {
      expect(magnitudeClasses(Float32Array.of(magnitudeClassEdge(at)))[0]).toBe(at);
      expect(magnitudeClasses(Float32Array.of(-magnitudeClassEdge(at) * (1 - 1e-6)))[0]).toBe(at - 1);
    }
  });
});

it('classes of age double', () => {
  expect([1, 2, 3, 4, 5, 8, 9, 1024, 1025, 1e6].map(ageClass)).toEqual([0, 1, 2, 2, 3, 3, 4, 10, 11, 11]);
  expect([0, 1, 2, 3, 11].map(ageClassName)).toEqual(['1', '2', '3-4', '5-8', '1025+']);
  expect(ageClass(2 ** 30)).toBe(AGE_CLASSES - 1);
});

const run: RecordedRun = {
  updates: [1, 2, 3],
  lossBefore: [1, 0.5, Number.NaN],
  lossAfter: [1.25, 0.5, 0.7],
  recoverySteps: [4, Number.NaN, 2],
  layers: [0, 1].map((layer) => ({
    ...{ layer, name: `fc${layer + 1}` },
    dropThreshold: [0.1, 0.2, Number.NaN],
    gradientBefore: [3, 0, 1],
    gradientAfter: [4, 1, Number.NaN],
    histogram: (update) =>
      update === 3
        ? histogramByAge(magnitudeClasses(Float32Array.of(0.25, -0.25, 0.5, 1)), Int32Array.of(0, 2, 2, 0), 3)
        : null,
  })),
};

describe('measures of what was recorded', () => {
  it('the loss jump is the same samples’ loss after less before; what never came back is not counted', () => {
    const { total, layers } = measureRecorded('loss-jump', run, {});
    expect(layers).toEqual([]);
    expect(total?.columns.jump).toEqual([0.25, 0, Number.NaN]);
    expect(total?.facts).toEqual({ meanJump: 0.125, recoveredShare: 2 / 3, medianRecoverySteps: 3 });
  });

  it('the gradient norm of a network is that of its layers together', () => {
    const { total, layers } = measureRecorded('gradient-norm', run, {});
    expect(layers[0].columns).toEqual({ update: [1, 2, 3], before: [3, 0, 1], after: [4, 1, Number.NaN] });
    expect(total?.columns.before[0]).toBeCloseTo(Math.sqrt(18), 12);
    expect(total?.columns.after[2]).toBeNaN();
  });

  it('weights by age, at the last update unless told', () => {
    const { total, layers } = measureRecorded('weights-by-age', run, {});
    const { columns } = layers[0];
    expect(columns.magnitude).toEqual([0.25, 0.375, 0.5, 0.75, 1]);
    expect(columns['age 1']).toEqual([1, 0, 1, 0, 0]);
    expect(columns['age 3-4']).toEqual([1, 0, 0, 0, 1]);
    expect(total?.columns.weights).toEqual([4, 0, 2, 0, 2]);
    expect(() => measureRecorded('weights-by-age', run, { update: 2 })).toThrow('recorded are 1 to 3');
  });

  it('drop thresholds are each layer’s own', () => {
    const { total, layers } = measureRecorded('drop-threshold', run, {});
    expect(total).toBeNull();
    expect(layers[1].columns.threshold).toEqual([0.1, 0.2, Number.NaN]);
  });
});
