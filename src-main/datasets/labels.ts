import type { Labels } from '../contract/index.ts';

const CLASSES_OF_A_BYTE = 256;

/** Bytes of a label where so many classes are distinguished. */
export const labelBytes = (classes: number): 1 | 2 => (classes > CLASSES_OF_A_BYTE ? 2 : 1);

/** Room for labels in shared memory. */
export function allocateLabels(count: number, classes: number): Labels<SharedArrayBuffer> {
  const memory = new SharedArrayBuffer(count * labelBytes(classes));
  return labelBytes(classes) === 2 ? new Uint16Array(memory) : new Uint8Array(memory);
}

/** As they are in a file, little-endian like every machine that Espalier runs on. */
export function encodeLabels(labels: Labels, classes: number): Uint8Array {
  if (labelBytes(classes) === 1) return Uint8Array.from(labels);
  return bytesOfLabels(Uint16Array.from(labels));
}

/** The same memory, byte by byte. */
export const bytesOfLabels = ({ buffer, byteOffset, byteLength }: Labels): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
