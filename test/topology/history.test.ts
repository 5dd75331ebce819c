import { describe, expect, it } from 'vitest';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import {
  DamagedHistoryError,
  decodeKeyFrame,
  decodeUpdate,
  encodeKeyFrame,
  encodeUpdate,
} from '../../src-main/topology/history.ts';
import { maskFromPositions, positionsAt, positionsOf } from '../../src-main/topology/mask.ts';
import { layerView, updateContext } from './support.ts';
import { growRandom } from '../../src-main/topology/grow/random.ts';

const randomMask = (outputs: number, inputs: number, active: number, seed = 1) =>
  maskFromPositions(outputs, inputs, sampleDistinct(createStream(seed, 'mask'), active, outputs * inputs));

async function randomUpdate(mask: ReturnType<typeof randomMask>, share: number) {
  const positions = positionsOf(mask);
  const count = Math.floor(positions.length * share);
  const ranks = Uint32Array.from(sampleDistinct(createStream(2, 'dropped'), count, positions.length));
  const dropped = positionsAt(positions, ranks);
  const view = layerView(mask);
  return { dropped, grown: await growRandom(view, { ranks, positions: dropped }, count, updateContext({ seed: 3 })) };
}

const binaryEntropyBytes = (chosen: number, size: number) => {
  const share = chosen / size;
  if (share <= 0 || share >= 1) return 0;
  return (-size * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))) / 8;
};

/** mask-history.md: one million weights. */
const CASES = [
  { density: 0.2, rate: 0.3 },
  { density: 0.1, rate: 0.3 },
  { density: 0.1, rate: 0.1 },
  { density: 0.05, rate: 0.3 },
  { density: 0.02, rate: 0.1 },
];

describe('the history codec', () => {
  it.each(CASES)('stays within 4 % of the entropy at density $density, prune rate $rate', async ({ density, rate }) => {
    const size = 1_000_000;
    const active = density * size;
    const mask = randomMask(1000, 1000, active);
    const frame = encodeKeyFrame(mask);
    expect(decodeKeyFrame(frame)).toEqual(mask);
    expect(frame.length).toBeLessThan(1.04 * binaryEntropyBytes(active, size));

    const update = await randomUpdate(mask, rate);
    const blob = encodeUpdate(mask, update);
    expect(decodeUpdate(mask, blob)).toEqual(update);
    const changed = update.dropped.length;
    const entropy = binaryEntropyBytes(changed, active) + binaryEntropyBytes(changed, size - active + changed);
    expect(blob.length).toBeLessThan(1.04 * entropy);
  });

  it.each([
    ['empty', 0],
    ['one weight', 1],
    ['nearly full', 34],
    ['full', 35],
  ])('round-trips a mask that is %s', (_, active) => {
    const mask = randomMask(5, 7, active);
    expect(decodeKeyFrame(encodeKeyFrame(mask))).toEqual(mask);
  });

  it('round-trips a layer of more than 2^32 positions', () => {
    const mask = randomMask(100_000, 100_000, 5000);
    expect(decodeKeyFrame(encodeKeyFrame(mask))).toEqual(mask);
  });

  it('round-trips an update that grows what it drops, and one of nothing', () => {
    const mask = randomMask(5, 7, 10);
    const positions = positionsOf(mask);
    const update = { dropped: positions.slice(0, 3), grown: positions.slice(0, 3) };
    expect(decodeUpdate(mask, encodeUpdate(mask, update))).toEqual(update);
    const nothing = { dropped: new Float64Array(0), grown: new Float64Array(0) };
    expect(decodeUpdate(mask, encodeUpdate(mask, nothing))).toEqual(nothing);
  });

  it('notices every flipped bit', () => {
    const frame = encodeKeyFrame(randomMask(5, 7, 10));
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = frame.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      expect(() => decodeKeyFrame(damaged)).toThrow(DamagedHistoryError);
    }
    expect(() => decodeKeyFrame(frame.slice(0, 10))).toThrow(DamagedHistoryError);
  });

  it('refuses an update of another mask', async () => {
    const mask = randomMask(10, 10, 20);
    const blob = encodeUpdate(mask, await randomUpdate(mask, 0.3));
    expect(() => decodeUpdate(randomMask(10, 10, 21), blob)).toThrow(/made for 20 active weights/);
  });
});
