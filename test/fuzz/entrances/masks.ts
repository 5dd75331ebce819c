import fc from 'fast-check';
import type { Mask, Positions } from '../../../src-main/contract/index.ts';
import { crc32 } from '../../../src-main/numerics/checksum.ts';
import { createRankedSet } from '../../../src-main/topology/active-set.ts';
import {
  decodeKeyFrame,
  decodeUpdate,
  encodeKeyFrame,
  encodeUpdate,
  passUpdate,
} from '../../../src-main/topology/history.ts';
import { maskFromPositions, positionCount, positionsOf } from '../../../src-main/topology/mask.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { mutatedLayout, type Layout } from '../mutation/bytes.ts';

interface MaskCase {
  /** What the blob belongs to. */
  mask: Mask;
  kind: 'frame' | 'update';
  blob: Uint8Array;
}

/** Header (codec, three numbers) and checksum as `topology/history.ts` writes them. */
const layoutOf = (blob: Uint8Array): Layout => ({
  bytes: blob,
  fields: [
    { at: 0, bytes: 1, order: 'little' },
    { at: 1, bytes: 4, order: 'little' },
    { at: 5, bytes: 8, order: 'little', isFloat: true },
    { at: 13, bytes: 8, order: 'little', isFloat: true },
  ],
  parts: [[21, blob.length - 4]],
  seal(bytes) {
    const sealed = Uint8Array.from(bytes);
    if (sealed.length < 4) return sealed;
    const end = sealed.length - 4;
    new DataView(sealed.buffer).setUint32(end, crc32(sealed.subarray(0, end)), true);
    return sealed;
  },
});

/** Every position by a draw of its own: from almost empty to almost dense. */
const masks = fc
  .record({ outputs: fc.integer({ min: 1, max: 20 }), inputs: fc.integer({ min: 1, max: 30 }), step: fc.nat(30) })
  .map(({ outputs, inputs, step }) => {
    const size = outputs * inputs;
    const positions = Array.from({ length: size }, (_, at) => at).filter((at) => at % (step + 1) === 0 || step === 30);
    return maskFromPositions(outputs, inputs, Float64Array.from(positions));
  });

function updateOf(mask: Mask, every: number): { dropped: Positions; grown: Positions } {
  const active = positionsOf(mask);
  const isActive = new Set(active);
  const inactive = Array.from({ length: positionCount(mask) }, (_, at) => at).filter((at) => !isActive.has(at));
  const some = (all: ArrayLike<number>) => Float64Array.from(all).filter((_, at) => at % every === 0);
  return { dropped: some(active), grown: some(inactive) };
}

const cases = fc.tuple(masks, fc.boolean(), fc.integer({ min: 1, max: 9 })).chain(([mask, isFrame, every]) => {
  const blob = isFrame ? encodeKeyFrame(mask) : encodeUpdate(mask, updateOf(mask, every));
  return mutatedLayout(fc.constant(layoutOf(blob))).map((mutated): MaskCase => ({
    mask,
    kind: isFrame ? 'frame' : 'update',
    blob: mutated,
  }));
});

const areAscending = (positions: Positions, size: number): boolean =>
  positions.every((position, at) => position < size && (at === 0 ? position >= 0 : position > positions[at - 1]));

/** Key frames and updates of masks as the database holds them. */
export const mask: Entrance<MaskCase> = {
  name: 'mask',
  what: 'key frames and updates of masks, as the database holds them',
  refusals: ['DamagedHistoryError'],
  open: () => ({
    cases,
    run({ mask: before, kind, blob }) {
      const size = positionCount(before);
      if (kind === 'frame') {
        const read = decodeKeyFrame(blob, before);
        expectThat(areAscending(positionsOf(read), size), 'has positions out of order');
        const again = decodeKeyFrame(encodeKeyFrame(read), before);
        expectThat(Buffer.compare(bytesOf(again.columns), bytesOf(read.columns)) === 0, 'changes when written again');
        return;
      }
      // The quick way first: it refuses what the other one refuses.
      const passed = createRankedSet(positionsOf(before), size);
      const isPassed = passes(() => passUpdate(passed, size, blob));
      let update: ReturnType<typeof decodeUpdate>;
      try {
        update = decodeUpdate(before, blob);
      } catch (error) {
        expectThat(!isPassed, 'is refused by one way of reading only');
        throw error;
      }
      expectThat(isPassed, 'is refused by the quick way of reading only');
      const { dropped, grown } = update;
      expectThat(areAscending(dropped, size) && areAscending(grown, size), 'has positions out of order');
      expectThat(passed.size === before.columns.length - dropped.length + grown.length, 'leads to two masks');
    },
  }),
};

const bytesOf = (values: Uint32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function passes(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
