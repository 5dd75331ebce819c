import { type Mask, type Positions, ReadableError } from '../contract/index.ts';
import { crc32 } from '../numerics/checksum.ts';
import { complement } from '../numerics/sampling.ts';
import { createRankedSet, type RankedSet } from './active-set.ts';
import { BitReader, BitWriter, decodeAscending, encodeAscending, leastBits, requireCount } from './golomb.ts';
import { maskFromPositions, positionCount, positionsOf, without } from './mask.ts';
import { absentRanks, presentRanks } from './ranks.ts';

/**
 * The stored life of a mask: key frames, and updates as two rank lists (dropped among the active, grown among the then
 * inactive), which is what an update is worth in bits (mask-history.md). Every blob starts with a codec byte and ends
 * with the CRC-32 of what stands before it.
 */

const CODEC = { keyFrame: 1, keyFrameOfAbsent: 2, update: 3 } as const;
const HEADER_BYTES = 21;
const CHECKSUM_BYTES = 4;

export type LayerShape = Pick<Mask, 'outputs' | 'inputs'>;

/** A stored mask that cannot be what was written. */
export class DamagedHistoryError extends ReadableError {
  override readonly name = 'DamagedHistoryError';
}

/** Dense masks are stored by what they lack. */
export function encodeKeyFrame(mask: Mask): Uint8Array {
  const size = positionCount(mask);
  const positions = positionsOf(mask);
  const absent = positions.length > size / 2;
  const writer = new BitWriter();
  encodeAscending(writer, absent ? complement(positions, size) : positions, size);
  const codec = absent ? CODEC.keyFrameOfAbsent : CODEC.keyFrame;
  return seal(codec, [mask.outputs, mask.inputs, positions.length], writer.finish());
}

/** @param layer the shape that the frame must have @throws DamagedHistoryError */
export function decodeKeyFrame(blob: Uint8Array, layer: LayerShape): Mask {
  return maskFromPositions(layer.outputs, layer.inputs, decodeActivePositions(blob, layer));
}

/** Of a key frame, ascending; its shape and count are checked before memory is taken. @throws DamagedHistoryError */
export function decodeActivePositions(blob: Uint8Array, layer: LayerShape): Positions {
  const { codec, numbers, payload } = unseal(blob);
  const [outputs, inputs, count] = numbers;
  if (codec !== CODEC.keyFrame && codec !== CODEC.keyFrameOfAbsent) {
    throw new DamagedHistoryError(`A mask's key frame has the codec ${codec}, which this version does not know.`);
  }
  if (outputs !== layer.outputs || inputs !== layer.inputs) {
    const shape = `${layer.outputs} x ${layer.inputs}`;
    throw new DamagedHistoryError(
      `A mask's key frame is of ${outputs} x ${inputs} weights, but its layer of ${shape}.`,
    );
  }
  const size = outputs * inputs;
  return damagedUnlessDecoded(() => {
    requireCount(count, size);
    const reader = new BitReader(payload);
    const isPresent = codec === CODEC.keyFrame;
    const listed = decodeAscending(reader, isPresent ? count : size - count, size);
    requireAllRead(reader);
    return isPresent ? listed : complement(listed, size);
  });
}

/** @param before the mask just before the update */
export function encodeUpdate(before: Mask, update: { dropped: Positions; grown: Positions }): Uint8Array {
  const active = positionsOf(before);
  const surviving = without(active, update.dropped);
  const writer = new BitWriter();
  encodeAscending(writer, presentRanks(active, update.dropped), active.length);
  encodeAscending(writer, absentRanks(surviving, update.grown), positionCount(before) - surviving.length);
  return seal(CODEC.update, [active.length, update.dropped.length, update.grown.length], writer.finish());
}

/** @throws DamagedHistoryError also where the update does not belong to this mask */
export function decodeUpdate(before: Mask, blob: Uint8Array): { dropped: Positions; grown: Positions } {
  return replayUpdate(createRankedSet(positionsOf(before), positionCount(before)), positionCount(before), blob);
}

/**
 * Decodes an update and makes it.
 * @param active the positions just before; those just after when this returns
 * @param size positions of the layer, active or not
 * @throws DamagedHistoryError
 */
export function replayUpdate(
  active: RankedSet,
  size: number,
  blob: Uint8Array,
): { dropped: Positions; grown: Positions } {
  const { reader, droppedCount, grownCount, inactive } = openUpdate(active, size, blob);
  return damagedUnlessDecoded(() => {
    const droppedRanks = decodeAscending(reader, droppedCount, active.size);
    const grownRanks = decodeAscending(reader, grownCount, inactive);
    requireAllRead(reader);
    const dropped = active.drop(droppedRanks);
    return { dropped, grown: active.grow(grownRanks) };
  });
}

/** Lists of ranks that live no longer than `passUpdate`: fresh memory costs more than what is done in it. */
const room = { dropped: new Float64Array(0), grown: new Float64Array(0) };

/** The same where nobody asks what was dropped and grown. @throws DamagedHistoryError */
export function passUpdate(active: RankedSet, size: number, blob: Uint8Array): void {
  const { reader, droppedCount, grownCount, inactive } = openUpdate(active, size, blob);
  if (room.dropped.length < droppedCount) room.dropped = new Float64Array(droppedCount);
  if (room.grown.length < grownCount) room.grown = new Float64Array(grownCount);
  damagedUnlessDecoded(() => {
    const dropped = decodeAscending(reader, droppedCount, active.size, room.dropped);
    const grown = decodeAscending(reader, grownCount, inactive, room.grown);
    requireAllRead(reader);
    active.change(dropped, grown);
  });
}

/** @throws DamagedHistoryError where it is no update of these active positions, or tells of more than its bits can hold */
function openUpdate(active: RankedSet, size: number, blob: Uint8Array) {
  const { codec, numbers, payload } = unseal(blob);
  const [activeBefore, droppedCount, grownCount] = numbers;
  if (codec !== CODEC.update) {
    throw new DamagedHistoryError(`A mask update has the codec ${codec}, which this version does not know.`);
  }
  if (activeBefore !== active.size) {
    throw new DamagedHistoryError(
      `A mask update was made for ${activeBefore} active weights, but the mask before it has ${active.size}.`,
    );
  }
  const inactive = size - active.size + droppedCount;
  damagedUnlessDecoded(() => {
    requireCount(droppedCount, active.size);
    requireCount(grownCount, inactive);
    if (leastBits(droppedCount, active.size) + leastBits(grownCount, inactive) > payload.length * 8) {
      throw new RangeError(
        `${droppedCount} dropped and ${grownCount} grown weights do not fit in ${payload.length} bytes.`,
      );
    }
  });
  return { reader: new BitReader(payload), droppedCount, grownCount, inactive };
}

/** What decodes a list throws a RangeError where there is no such list. */
function damagedUnlessDecoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedHistoryError(`A stored mask is damaged: ${error.message}`);
    throw error;
  }
}

function requireAllRead(reader: BitReader): void {
  const surplus = reader.bytes.length - ((reader.at + 7) >>> 3);
  if (surplus > 0) throw new RangeError(`${surplus} bytes follow the last weight.`);
}

function seal(codec: number, [a, b, c]: [number, number, number], payload: Uint8Array): Uint8Array {
  const blob = new Uint8Array(HEADER_BYTES + payload.length + CHECKSUM_BYTES);
  const view = new DataView(blob.buffer);
  view.setUint8(0, codec);
  view.setUint32(1, a, true);
  view.setFloat64(5, b, true);
  view.setFloat64(13, c, true);
  blob.set(payload, HEADER_BYTES);
  view.setUint32(blob.length - CHECKSUM_BYTES, crc32(blob.subarray(0, blob.length - CHECKSUM_BYTES)), true);
  return blob;
}

function unseal(blob: Uint8Array): { codec: number; numbers: [number, number, number]; payload: Uint8Array } {
  if (blob.length < HEADER_BYTES + CHECKSUM_BYTES) {
    throw new DamagedHistoryError(`A stored mask has ${blob.length} bytes, too few for even its header.`);
  }
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const end = blob.length - CHECKSUM_BYTES;
  if (view.getUint32(end, true) !== crc32(blob.subarray(0, end))) {
    throw new DamagedHistoryError('A stored mask does not match its checksum: the database file is damaged.');
  }
  return {
    codec: view.getUint8(0),
    numbers: [view.getUint32(1, true), view.getFloat64(5, true), view.getFloat64(13, true)],
    payload: blob.subarray(HEADER_BYTES, end),
  };
}
