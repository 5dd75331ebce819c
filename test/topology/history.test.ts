import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { crc32 } from '../../src-main/numerics/checksum.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import {
  DamagedHistoryError,
  decodeActivePositions,
  decodeKeyFrame,
  decodeUpdate,
  encodeKeyFrame,
  encodeUpdate,
} from '../../src-main/topology/history.ts';
import { BitReader } from '../../src-main/topology/golomb.ts';
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
    expect(decodeKeyFrame(frame, mask)).toEqual(mask);
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
    expect(decodeKeyFrame(encodeKeyFrame(mask), mask)).toEqual(mask);
  });

  it('round-trips a layer of more than 2^32 positions', () => {
    const mask = randomMask(100_000, 100_000, 5000);
    expect(decodeKeyFrame(encodeKeyFrame(mask), mask)).toEqual(mask);
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
      expect(() => decodeKeyFrame(damaged, { outputs: 5, inputs: 7 })).toThrow(DamagedHistoryError);
    }
    expect(() => decodeKeyFrame(frame.slice(0, 10), { outputs: 5, inputs: 7 })).toThrow(DamagedHistoryError);
  });

  it('refuses an update of another mask', async () => {
    const mask = randomMask(10, 10, 20);
    const blob = encodeUpdate(mask, await randomUpdate(mask, 0.3));
    expect(() => decodeUpdate(randomMask(10, 10, 21), blob)).toThrow(/made for 20 active weights/);
  });

  describe('of a blob whose checksum is right', () => {
    /** Another number in the header: the shape's outputs at 1, its inputs at 5, a count at 13. */
    const withNumber = (blob: Uint8Array, at: 1 | 5 | 13, value: number): Uint8Array => {
      const changed = blob.slice();
      const view = new DataView(changed.buffer);
      if (at === 1) view.setUint32(at, value, true);
      else view.setFloat64(at, value, true);
      return sealed(changed);
    };
    const sealed = (blob: Uint8Array): Uint8Array => {
      new DataView(blob.buffer).setUint32(blob.length - 4, crc32(blob.subarray(0, -4)), true);
      return blob;
    };
    const longer = (blob: Uint8Array): Uint8Array => {
      const changed = new Uint8Array(blob.length + 9);
      changed.set(blob.subarray(0, -4));
      return sealed(changed);
    };
    const dense = randomMask(1000, 1000, 900_000);
    const sparse = randomMask(1000, 1000, 1000);

    it.each<[string, Uint8Array, RegExp]>([
      ['more outputs than the layer', withNumber(encodeKeyFrame(sparse), 1, 2 ** 32 - 1), /of 4294967295 x 1000/],
      ['more inputs than the layer', withNumber(encodeKeyFrame(dense), 5, 2 ** 50), /of 1000 x 1125899906842624/],
      ['more weights than the layer', withNumber(encodeKeyFrame(sparse), 13, 2 ** 45), /not 35184372088832 values/],
      ['more weights than its bits', withNumber(encodeKeyFrame(sparse), 13, 400_000), /does not fit/],
      ['fewer weights than none', withNumber(encodeKeyFrame(dense), 13, -5), /not -5 values/],
      ['half a weight', withNumber(encodeKeyFrame(sparse), 13, 1000.5), /not 1000.5 values/],
      ['not a number of weights', withNumber(encodeKeyFrame(dense), 13, Number.NaN), /not NaN values/],
    ])('refuses a key frame of %s before it reads a bit of it', (_, blob, message) => {
      const work = [vi.spyOn(BitReader.prototype, 'ones'), vi.spyOn(BitReader.prototype, 'moveTo')];
      onTestFinished(() => work.forEach((spy) => spy.mockRestore()));
      expect(() => decodeKeyFrame(blob, { outputs: 1000, inputs: 1000 })).toThrow(DamagedHistoryError);
      expect(() => decodeKeyFrame(blob, { outputs: 1000, inputs: 1000 })).toThrow(message);
      for (const spy of work) expect(spy).not.toHaveBeenCalled();
    });

    it.each<[string, 5 | 13, number, RegExp]>([
      ['drops more than there are', 5, 2 ** 45, /not 35184372088832 values below 1000/],
      ['grows more than there is room for', 13, 2 ** 45, /not 35184372088832 values below/],
      ['tells of more than its bits can hold', 13, 600_000, /do not fit in/],
    ])('refuses an update that %s before it reads a bit of it', async (_, at, value, message) => {
      const blob = withNumber(encodeUpdate(sparse, await randomUpdate(sparse, 0.3)), at, value);
      const work = [vi.spyOn(BitReader.prototype, 'ones'), vi.spyOn(BitReader.prototype, 'moveTo')];
      onTestFinished(() => work.forEach((spy) => spy.mockRestore()));
      expect(() => decodeUpdate(sparse, blob)).toThrow(DamagedHistoryError);
      expect(() => decodeUpdate(sparse, blob)).toThrow(message);
      for (const spy of work) expect(spy).not.toHaveBeenCalled();
    });

    it('refuses weights beyond the layer, and bytes after the last weight', () => {
      const small = randomMask(5, 7, 3, 4);
      const short = encodeKeyFrame(small);
      // The bits of three gaps, all ones but the last: far beyond 35 positions.
      const far = short.slice(0, 21 + 20);
      const blob = new Uint8Array(21 + 20 + 4);
      blob.set(far.subarray(0, 21));
      blob.fill(255, 21, 40);
      expect(() => decodeKeyFrame(sealed(blob), small)).toThrow(DamagedHistoryError);
      expect(() => decodeKeyFrame(longer(encodeKeyFrame(small)), small)).toThrow(/bytes follow the last weight/);
    });

    it('gives for any payload a mask of the layer or an error', () => {
      const stream = createStream(11, 'payloads');
      const template = encodeKeyFrame(randomMask(40, 50, 300));
      for (let trial = 0; trial < 500; trial++) {
        const blob = template.slice();
        const at = 21 + (stream.uint32(trial * 2) % (blob.length - 25));
        blob[at] ^= 1 << (stream.uint32(trial * 2 + 1) & 7);
        try {
          const positions = decodeActivePositions(sealed(blob), { outputs: 40, inputs: 50 });
          expect(positions.every((position, i) => position < 2000 && (i === 0 || position > positions[i - 1]))).toBe(
            true,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedHistoryError);
        }
      }
    });
  });
});
