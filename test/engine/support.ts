import { expect } from 'vitest';
import type { Engine, EngineOpening } from '../../src-main/engine/engine.ts';

export type OpenEngine = (opening: EngineOpening) => Promise<Engine>;

/** Opens an engine for the length of `work`. */
export async function withEngine<T>(
  open: OpenEngine,
  opening: EngineOpening,
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

/** Every entry within `tolerance` of the largest expected magnitude. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
  }
  expect(worst / scale).toBeLessThanOrEqual(slackened(tolerance));
}

/** Same numbers bit for bit, so that -0 is not 0 and NaN is NaN. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  expect(bitsOf(actual)).toEqual(bitsOf(expected));
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(Float32Array.from(values).buffer);
}
