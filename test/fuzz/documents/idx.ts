import { gzipSync } from 'node:zlib';
import { idxBytes, idxFiles, smallDataset } from '../../datasets/support/idx-files.ts';
import type { Field, Layout } from '../mutation/bytes.ts';

const fieldsOf = (bytes: Uint8Array): Field[] => [
  ...[2, 3].map((at): Field => ({ at, bytes: 1, order: 'big' })),
  ...Array.from({ length: bytes[3] }, (_, axis): Field => ({ at: 4 + 4 * axis, bytes: 4, order: 'big' })),
];

const layoutOf = (bytes: Uint8Array, isCompressed = false): Layout => ({
  ...{ bytes, fields: fieldsOf(bytes) },
  ...(isCompressed ? { wrap: (content: Uint8Array) => gzipSync(content, { level: 1 }) } : {}),
});

/** The four files of a small dataset as they are, compressed, tiny, and with QMNIST’s tables of labels. */
export function idxFolders(): Record<string, Layout>[] {
  const plain = Object.entries(idxFiles(smallDataset()));
  const tiny = {
    'train-images.idx3-ubyte': idxBytes([2, 1, 1], Uint8Array.of(0, 255)),
    'train-labels.idx1-ubyte': idxBytes([2], Uint8Array.of(0, 1)),
    't10k-images.idx3-ubyte': idxBytes([1, 1, 1], Uint8Array.of(7)),
    't10k-labels.idx1-ubyte': idxBytes([1], Uint8Array.of(1)),
  };
  const table = (labels: Uint8Array) => {
    const bytes = Buffer.alloc(32 * labels.length);
    labels.forEach((label, row) => bytes.writeInt32BE(label, 32 * row));
    return idxBytes([labels.length, 8], bytes, 0x0c);
  };
  const { train, test } = smallDataset();
  const qmnist = {
    'qmnist-train-images-idx3-ubyte': idxBytes([20, 5, 4], train.pixels),
    'qmnist-train-labels-idx2-int': table(train.labels),
    'qmnist-test-images-idx3-ubyte': idxBytes([8, 5, 4], test.pixels),
    'qmnist-test-labels-idx2-int': table(test.labels),
  };
  return [
    Object.fromEntries(Object.entries(qmnist).map(([name, bytes]) => [name, layoutOf(bytes)])),
    Object.fromEntries(plain.map(([name, bytes]) => [name, layoutOf(bytes)])),
    Object.fromEntries(plain.map(([name, bytes]) => [`${name}.gz`, layoutOf(bytes, true)])),
    Object.fromEntries(Object.entries(tiny).map(([name, bytes]) => [name, layoutOf(bytes)])),
  ];
}
