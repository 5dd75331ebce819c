import { expect } from 'vitest';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';

export type OpenEngine = (opening: EngineOptions) => Promise<Engine>;

/** Opens an engine for the length of `work`. */
export async function withEngine<T>(
  open: OpenEngine,
  opening: EngineOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await open(opening);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

let slack = 1;

/** Tolerances of the whole file are so many times wider: for engines that round more coarsely than float32. */
export function setSlack(factor: number): void {
  slack = factor;
}

/** As `toBeCloseTo` with so many digits, times the file's slack. */
export function expectNear(actual: number, expected: number, digits: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(slack * 0.5 * 10 ** -digits);
}

/** Whether values are rounded so coarsely that one may cross zero, where a ReLU turns: gradients jump there. */
export const isCoarse = (): boolean => slack > 1;

/** A tolerance with the file's slack. */
export const slackened = (tolerance: number): number => slack * tolerance;

/**
 * Every entry within `tolerance` of the largest expected magnitude; where values are coarse the root mean squares of
 * both, since a single sample that turns a ReLU moves single entries far.
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const size = isCoarse() ? rootMeanSquare : largest;
  const differences = Float64Array.from(expected, (value, i) => actual[i] - value);
  expect(size(differences) / Math.max(1e-6, size(expected))).toBeLessThanOrEqual(slackened(tolerance));
}

/** NaN where there is one. */
function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (Number.isNaN(size)) return size;
    most = Math.max(most, size);
  }
  return most;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}

/** Same numbers bit for bit, so that -0 is not 0 and NaN is NaN. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  expect(bitsOf(actual)).toEqual(bitsOf(expected));
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(Float32Array.from(values).buffer);
}

/**
 * Ascending positions of which there are `count`, none twice, and of which the largest magnitude, the second largest and
 * so on is the one expected.
 * @param expected largest magnitude first, all that may be chosen
 */
export function expectLargest(
  positions: Float64Array,
  count: number,
  expected: readonly { position: number; magnitude: number }[],
  tolerance: number,
): void {
  expect(positions).toHaveLength(count);
  expect([...positions]).toEqual([...new Set(positions)].sort((a, b) => a - b));
  const magnitudes = new Map(expected.map(({ position, magnitude }) => [position, magnitude]));
  const found = Array.from(positions, (position) => magnitudes.get(position) ?? NaN).sort((a, b) => b - a);
  found.forEach((magnitude, i) =>
    expect(Math.abs(magnitude - expected[i].magnitude)).toBeLessThan(tolerance * expected[0].magnitude),
  );
}
