import { CIFAR_10_CLASSES } from '../../../src-main/datasets/cifar-classes.ts';
import { PickledArray, pickle, type Picklable } from '../../datasets/support/pickle-files.ts';
import type { Layout } from '../mutation/bytes.ts';

const PIXELS = 3072;

/** Everything but long contents, such as pixels, may be an opcode or a length. */
function layoutOf(bytes: Uint8Array, content: Uint8Array = new Uint8Array()): Layout {
  const from = content.length === 0 ? bytes.length : Buffer.from(bytes).indexOf(content);
  const to = from + content.length;
  const places = Array.from({ length: bytes.length }, (_, at) => at).filter((at) => at < from || at >= to);
  return {
    bytes,
    fields: [
      ...places.map((at) => ({ at, bytes: 1 as const, order: 'little' as const })),
      ...places.map((at) => ({ at, bytes: 4 as const, order: 'little' as const })),
    ],
    parts: [
      [2, Math.min(from, bytes.length)],
      ...places.filter((at) => at % 9 === 0).map((at) => [at, Math.min(at + 9, bytes.length)] as const),
    ],
  };
}

function batch(labels: readonly number[], labelKey: string, options: PickledArray['options'] = {}): Layout {
  const pixels = Uint8Array.from({ length: labels.length * PIXELS }, (_, at) => (at * 7) % 251);
  const data = new PickledArray([labels.length, PIXELS], pixels, options);
  return layoutOf(pickle({ batch_label: 'a batch', [labelKey]: labels, data, filenames: ['1.png'] }), pixels);
}

/** The Python versions of CIFAR-10 and CIFAR-100, with few records. */
export function cifarPythonFolders(): Record<string, Layout>[] {
  const batches = [1, 2, 3, 4, 5].map(
    (number) => [`data_batch_${number}`, batch([number % 10, 0], 'labels', { isFortran: number === 2 })] as const,
  );
  const names = Array.from({ length: 100 }, (_, at) => `class ${at}`);
  return [
    {
      ...Object.fromEntries(batches),
      test_batch: batch([3], 'labels'),
      'batches.meta': layoutOf(pickle({ num_cases_per_batch: 2, label_names: [...CIFAR_10_CLASSES] })),
    },
    {
      train: batch([99, 3], 'fine_labels'),
      test: batch([0], 'fine_labels'),
      meta: layoutOf(pickle({ fine_label_names: names, coarse_label_names: ['all'] })),
    },
  ];
}

const SMALL: readonly Picklable[] = [
  { labels: [1, 2, 300, 70_000], data: new PickledArray([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)) },
  { names: ['cat', 'dog', 'x'.repeat(300)], nested: { list: [[1], [2, ['deep']]] } },
  ['a', 'b', new PickledArray([0], new Uint8Array(), { core: 'numpy._core.multiarray' })],
  Array.from({ length: 1200 }, (_, at) => at % 7),
];

/** Pickles by themselves, and by hand what Python writes otherwise (pickletools, protocols 0 to 5). */
export const pickleLayouts = (): Layout[] => [
  ...SMALL.map((value) => layoutOf(pickle(value))),
  ...[
    "(dp0\nS'labels'\np1\n(lp2\nI1\naI2\nas.",
    '\x80\x04\x95\x1b\0\0\0\0\0\0\0}\x94(\x8c\x06labels\x94]\x94(K\x01K\x02e\x8c\x01x\x94Nu.',
    '\x80\x02cos\nsystem\nq\x00U\x02lsq\x01\x85q\x02Rq\x03.',
    '\x80\x05\x96\x03\0\0\0\0\0\0\0abc\x94.',
  ].map((text) => layoutOf(Buffer.from(text, 'latin1'))),
];
