import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cosine, power } from '../../src-main/numerics/portable.ts';
import { createStream } from '../../src-main/numerics/random.ts';

describe('the cosine', () => {
  const angles = [
    ...Array.from({ length: 20_001 }, (_, at) => (Math.PI * at) / 20_000),
    ...Array.from({ length: 20_000 }, (_, at) => 2 * Math.PI * createStream(1, 'angles').uniform(at)),
    ...[0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2].flatMap((part) =>
      [0, 1, 2, 9, 30].flatMap((away) => [1, -1].map((sign) => part * Math.PI * (1 + sign * away * 2 ** -52))),
    ),
  ].filter((angle) => angle <= 2 * Math.PI);

  it('is within a unit in the last place of the system’s', () => {
    // Near 1 a unit is 2^-53; near a zero of the cosine the angle itself is known to 2^-52 of its size.
    const apart = angles.filter((angle) => Math.abs(cosine(angle) - Math.cos(angle)) > 2 ** -53);
    expect(apart).toEqual([]);
  });

  it('has these bits wherever it is worked out', () => {
    const digest = createHash('sha256').update(Float64Array.from(angles, cosine)).digest('hex');
    expect(digest).toBe('8d7fe8a7163cac51c0f69f6bdf30aa43e1c5be1f6bf2d3ed99c21d23e92be26c');
  });

  it.each([
    [0, 1],
    [Math.PI, -1],
    [Math.PI / 2, 6.123233995736766e-17],
    [1.5 * Math.PI, -1.8369701987210297e-16],
    [2 * Math.PI, 1],
    [Math.PI / 3, 0.5000000000000001],
  ])('of %d is %d', (angle, value) => {
    expect(cosine(angle)).toBe(value);
  });
});

describe('a power', () => {
  it.each([
    [0, 2, 0],
    [0, 0, 1],
    [1, 0.37, 1],
    [0.25, 0.5, 0.5],
    [0.001, 1 / 3, 0.1],
    [0.9, 100, 2.6561398887587544e-5],
  ])('%d to the power of %d is %d', (base, exponent, value) => {
    expect(Math.abs(power(base, exponent) - value)).toBeLessThanOrEqual(1e-14 * value);
  });
});
