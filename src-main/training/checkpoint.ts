import type { Mask, Positions } from '../contract/index.ts';
import type { EngineSnapshot, NormState } from '../engine/engine.ts';
import { crc32 } from '../numerics/checksum.ts';
import { decodeKeyFrame, encodeKeyFrame, DamagedHistoryError, type LayerShape } from '../topology/history.ts';
import { maskFromPositions, positionsOf } from '../topology/mask.ts';
import {
  DamagedCheckpointError,
  readCheckpointHeader,
  writeCheckpointHeader,
  type CheckpointHeader,
  type CheckpointProgress,
} from './checkpoint-header.ts';

export { DamagedCheckpointError, type CheckpointProgress, type UpdateWatch } from './checkpoint-header.ts';

/** Everything a run needs to go on bit for bit: what the engine holds, and what the trainer has counted. */
export interface Checkpoint {
  progress: CheckpointProgress;
  state: EngineSnapshot;
  /** Per layer, the positions ever active. */
  explored: Positions[];
  /** What a method keeps of all positions, gradients or weights; null where it keeps nothing. */
  dense: Float32Array[] | null;
}

const MAGIC = 0x4b505345; // "ESPK", little-endian
const VERSION = 2;
const PREFIX_BYTES = 12;
const NORM_ARRAYS = ['scale', 'shift', 'scaleMomenta', 'shiftMomenta', 'runningMean', 'runningVariance'] as const;

/** Layout: magic, version, header length; header as JSON; sections; CRC-32 of all before it. */
export function encodeCheckpoint({ progress, state, explored, dense }: Checkpoint): Uint8Array {
  const sections = state.layers.map((layer, index) => [
    encodeKeyFrame(layer.mask),
    encodeKeyFrame(maskFromPositions(layer.mask.outputs, layer.mask.inputs, explored[index])),
    ...[layer.weights, layer.momenta, layer.biases, layer.biasMomenta].map(asBytes),
  ]);
  const norms = state.norms.map((norm) => NORM_ARRAYS.map((name) => asBytes(norm[name])));
  const kept = dense?.map(asBytes);
  const header: CheckpointHeader = {
    progress,
    layers: sections.map((layer) => layer.map((section) => section.length)),
    norms: state.norms.map((norm) => norm.scale.length),
    ...(kept ? { dense: kept.map((bytes) => bytes.length) } : {}),
  };
  const headerBytes = writeCheckpointHeader(header);
  const payload = [headerBytes, ...sections.flat(), ...norms.flat(), ...(kept ?? [])];
  const bytes = new Uint8Array(PREFIX_BYTES + payload.reduce((total, part) => total + part.length, 0) + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, headerBytes.length, true);
  let at = PREFIX_BYTES;
  for (const part of payload) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/** Whether a file says that it is a checkpoint of the format this version reads. */
export function readsFormat(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length >= PREFIX_BYTES && view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === VERSION;
}

/**
 * @param shapesFor the shapes of the prunable layers of the run that stood there: masks are bounded by them before they
 * are decoded
 * @throws DamagedCheckpointError, and what `shapesFor` throws
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  shapesFor: (progress: CheckpointProgress) => readonly LayerShape[],
): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < PREFIX_BYTES + 4 || view.getUint32(0, true) !== MAGIC) {
    throw new DamagedCheckpointError('This file is not a checkpoint of Espalier.');
  }
  if (view.getUint32(4, true) !== VERSION) {
    throw new DamagedCheckpointError(
      `The checkpoint has format ${view.getUint32(4, true)}; this version of Espalier reads format ${VERSION}.`,
    );
  }
  const end = bytes.length - 4;
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw new DamagedCheckpointError('The checkpoint does not match its checksum: the file is damaged.');
  }
  const headerEnd = PREFIX_BYTES + view.getUint32(8, true);
  const header = readCheckpointHeader(bytes.subarray(PREFIX_BYTES, Math.min(headerEnd, end)));
  const shapes = shapesFor(header.progress);
  requireSections(header, end - headerEnd, shapes.length);
  let at = headerEnd;
  const take = (length: number) => bytes.subarray(at, (at += length));
  const layers = header.layers.map((lengths) => lengths.map(take));
  const norms = header.norms.map((features): NormState => {
    const arrays = NORM_ARRAYS.map((name): [keyof NormState, Float32Array] => [name, asFloats(take(4 * features))]);
    return Object.fromEntries(arrays) as unknown as NormState;
  });
  const dense = header.dense?.map((length) => asFloats(take(length))) ?? null;
  return {
    progress: header.progress,
    dense,
    explored: layers.map(([, explored], layer) => positionsOf(readMask(explored, shapes[layer]))),
    state: {
      layers: layers.map(([frame, , ...arrays], layer) => {
        const [weights, momenta, biases, biasMomenta] = arrays.map(asFloats);
        const mask = readMask(frame, shapes[layer]);
        const active = mask.columns.length;
        for (const [what, { length }] of Object.entries({ weights, momenta })) {
          if (length === active) continue;
          throw new DamagedCheckpointError(
            `The checkpoint is damaged: layer ${layer} has ${active} active weights, but ${length} ${what} are stored.`,
          );
        }
        return { mask, weights, momenta, biases, biasMomenta };
      }),
      norms,
    },
  };
}

const LAYER_SECTIONS = 6;

/** Lengths are what an array's bytes can be, and together what follows the header. @throws DamagedCheckpointError */
function requireSections({ layers, norms, dense = [] }: CheckpointHeader, present: number, layerCount: number): void {
  const floats = [
    ...layers.flatMap((lengths) => lengths.slice(2)),
    ...norms.map((features) => features * 4 * NORM_ARRAYS.length),
    ...dense,
  ];
  const all = [...floats, ...layers.flatMap((lengths) => lengths.slice(0, 2))];
  const total = all.reduce((sum, length) => sum + length, 0);
  const isSound =
    layers.length === layerCount &&
    layers.every((lengths) => lengths.length === LAYER_SECTIONS) &&
    floats.every((length) => length % 4 === 0);
  if (isSound && total === present) return;
  throw new DamagedCheckpointError(
    `The checkpoint is damaged: its header tells of ${layers.length} layers in ${total} bytes; ` +
      `${layerCount} layers in ${present} bytes follow.`,
  );
}

function readMask(frame: Uint8Array, shape: LayerShape): Mask {
  try {
    return decodeKeyFrame(frame, shape);
  } catch (error) {
    if (!(error instanceof DamagedHistoryError)) throw error;
    throw new DamagedCheckpointError(`The checkpoint is damaged: ${error.message}`);
  }
}

const asBytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
/** Through a copy: sections need not start on a multiple of four. */
const asFloats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
