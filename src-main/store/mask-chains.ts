import { crc32 } from '../numerics/checksum.ts';

/** What a chain stands over, of a frame or, without blobs, of a row of `mask_updates`. */
export interface Link {
  kind: 'key' | 'update';
  at: number;
  /** Active weights after the update; of a row of `mask_updates`, its step. */
  number: number;
  /** A frame ends with its own checksum, which decoding checks: only that enters the chain. */
  frame: Uint8Array | null;
  revived: Uint8Array | null;
  /** The R_s of a row of `mask_updates`. */
  rs?: number;
}

export interface ChainedLayer {
  layer: number;
  name: string;
  outputs: number;
  inputs: number;
  input_shape: string | null;
}

const KINDS = { key: 1, update: 2 } as const;
const CHECKSUM_BYTES = 4;

/** What the chain of a layer starts from: another run's or another layer's frames do not fit it. */
export const seedOf = (runId: string, { layer, name, outputs, inputs, input_shape }: ChainedLayer): number =>
  crc32(new TextEncoder().encode(JSON.stringify([runId, layer, name, outputs, inputs, input_shape])));

/** The layer number under which the rows of `mask_updates` have their chain. */
export const UPDATES_LAYER = -1;

/** What the chain of a run's rows of `mask_updates` starts from. */
export const updatesSeedOf = (runId: string): number => crc32(new TextEncoder().encode(JSON.stringify([runId])));

/** The chain after one more link. */
export function chainOf(before: number, { kind, at, number, frame, revived, rs = 0 }: Link): number {
  const bytes = new Uint8Array(41);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, before, true);
  view.setUint8(4, KINDS[kind]);
  view.setFloat64(5, at, true);
  view.setFloat64(13, number, true);
  view.setFloat64(21, rs, true);
  view.setUint32(29, frame && frame.length >= CHECKSUM_BYTES ? checksumAtEnd(frame) : 0, true);
  view.setInt32(33, revived?.length ?? -1, true);
  view.setUint32(37, revived ? crc32(revived) : 0, true);
  return crc32(bytes);
}

function checksumAtEnd(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return view.getUint32(frame.length - CHECKSUM_BYTES, true);
}
