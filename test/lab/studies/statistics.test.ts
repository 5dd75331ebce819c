import { describe, expect, it } from 'vitest';
import {
  estimate,
  pairedDifference,
  significanceStatement,
  studentQuantile,
} from '../../../src-main/lab/studies/statistics.ts';

/** Two-sided 95% points, degrees of freedom 1 to 30, as printed in statistical tables (three decimals). */
const TABLE_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

describe('Student’s t', () => {
  it('the 97.5% points for 1 to 30 degrees of freedom are those of the printed table', () => {
    const computed = TABLE_975.map((_, index) => Number(studentQuantile(0.975, index + 1).toFixed(3)));
    expect(computed).toEqual(TABLE_975);
  });

  it('agrees with the closed forms for 1 and 2 degrees, to twelve digits', () => {
    for (const p of [0.6, 0.9, 0.975, 0.995]) {
      expect(studentQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 11);
      const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
      expect(studentQuantile(p, 2) / two).toBeCloseTo(1, 11);
    }
    expect(studentQuantile(0.5, 7)).toBeCloseTo(0, 12);
    expect(studentQuantile(0.025, 9)).toBeCloseTo(-2.262, 3);
  });

  it('nears the normal distribution as degrees grow', () => {
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(1.959966, 5);
  });

  it('refuses what is no probability', () => {
    expect(() => studentQuantile(1, 3)).toThrow('probability');
    expect(() => studentQuantile(0.9, 0)).toThrow('degree of freedom');
  });
});

describe('estimates', () => {
  it('give the sample deviation, and none for one value', () => {
    expect(estimate([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ n: 8, mean: 5, deviation: Math.sqrt(32 / 7) });
    expect(estimate([3])).toEqual({ n: 1, mean: 3, deviation: null });
    expect(estimate([])).toBeNull();
  });

  it('leave out what is not finite, and count without it', () => {
    expect(estimate([1, Number.NaN, 3, Infinity])).toEqual({ n: 2, mean: 2, deviation: Math.SQRT2 });
  });
});

describe('the paired difference', () => {
  const pairs = (...values: [number, number][]): Map<number, number> => new Map(values);

  it('pairs by seed, whatever the order, and leaves out seeds of one side', () => {
    const found = pairedDifference(pairs([3, 0.9], [1, 0.8], [9, 0.1]), pairs([1, 0.9], [3, 0.95], [2, 0.5]));
    expect(found).toMatchObject({ n: 2, halfWidth: null });
    expect(found?.mean).toBeCloseTo(-0.075, 12);
  });

  it('has Student’s interval from three pairs on', () => {
    const found = pairedDifference(pairs([1, 1], [2, 2], [3, 3]), pairs([1, 0], [2, 0], [3, 0]));
    expect(found).toMatchObject({ n: 3, mean: 2, deviation: 1 });
    expect(found?.halfWidth).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
    expect(significanceStatement(found)).toContain('holds zero');
  });

  it.each([
    [null, 'no seed finished in both'],
    [{ n: 1, mean: 1, deviation: null, halfWidth: null }, 'n = 1: one pair has no spread'],
    [{ n: 2, mean: 1, deviation: 1, halfWidth: null }, 'n = 2: no interval worth stating'],
    [{ n: 3, mean: 1, deviation: 0.1, halfWidth: 0.25 }, 'leaves out zero; with 3 pairs'],
    [{ n: 3, mean: 1, deviation: 0, halfWidth: 0 }, 'every pair differs by the same amount'],
    [{ n: 9, mean: 0.1, deviation: 1, halfWidth: 0.77 }, 'so no difference is shown'],
  ])('is stated honestly: %o', (found, statement) => {
    expect(significanceStatement(found)).toContain(statement);
  });
});
