import type { Layout } from '../mutation/bytes.ts';

const PIXELS = 3072;

/** Records of as many labels before the pixels; the labels are the fields, the records the parts. */
function records(count: number, labelBytes: number, labelOf: (record: number) => number): Layout {
  const size = labelBytes + PIXELS;
  const bytes = new Uint8Array(count * size);
  for (let record = 0; record < count; record++) {
    bytes.fill(labelOf(record), record * size, record * size + labelBytes);
    for (let at = labelBytes; at < size; at++) bytes[record * size + at] = (record * 31 + at * 7) % 256;
  }
  const starts = Array.from({ length: count }, (_, record) => record * size);
  return {
    bytes,
    fields: starts.flatMap((start) =>
      Array.from({ length: labelBytes }, (_, at) => ({ at: start + at, bytes: 1 as const, order: 'big' as const })),
    ),
    parts: starts.map((start) => [start, start + size] as const),
  };
}

/** The binary versions of CIFAR-10 and CIFAR-100, with few records. */
export function cifarFolders(): Record<string, Layout>[] {
  const batches = [1, 2, 3, 4, 5].map(
    (number) => [`data_batch_${number}.bin`, records(2, 1, (at) => (number + at) % 10)] as const,
  );
  return [
    { ...Object.fromEntries(batches), 'test_batch.bin': records(1, 1, () => 3) },
    { 'train.bin': records(3, 2, (at) => at), 'test.bin': records(2, 2, (at) => 99 - at) },
  ];
}
