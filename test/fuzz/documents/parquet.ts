import { readFileSync } from 'node:fs';
import { picture } from '../../datasets/support/image-files.ts';
import { parquetBytes, type ParquetOptions, type ParquetRow } from '../../datasets/support/parquet-files.ts';
import type { Layout } from '../mutation/bytes.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/hub-parquet/data/${name}-00000-of-00001.parquet`, import.meta.url));

/** The footer (parquet-format, File format) is the part that says where everything else is. */
function layoutOf(bytes: Uint8Array): Layout {
  const lengthAt = bytes.length - 8;
  const footerAt = lengthAt - new DataView(bytes.buffer, bytes.byteOffset).getUint32(lengthAt, true);
  // Numbers of the footer have as many bytes as they need; any byte of it may be one.
  const footer = Array.from({ length: lengthAt - footerAt }, (_, at) => ({
    ...{ at: footerAt + at, bytes: 1 as const, order: 'little' as const },
  }));
  const head = Array.from({ length: 24 }, (_, at) => ({ at: 4 + at, bytes: 1 as const, order: 'little' as const }));
  return {
    bytes,
    fields: [{ at: lengthAt, bytes: 4, order: 'little' }, ...head, ...footer],
    parts: [
      [4, footerAt],
      [footerAt, lengthAt],
      [footerAt, Math.floor((footerAt + lengthAt) / 2)],
    ],
  };
}

/** Files of images with labels as numbers, as differences and as text, with names, with missing labels, and as a hub publishes them. */
export async function parquetFolders(): Promise<Record<string, Layout>[]> {
  const images = await Promise.all([1, 2, 3, 4].map((number) => picture(number, { height: 2, width: 2, channels: 1 })));
  const rows = (labels: readonly ParquetRow['label'][]): ParquetRow[] =>
    labels.map((label, at) => ({ bytes: images[at % images.length], label }));
  const file = (labels: readonly ParquetRow['label'][], options?: ParquetOptions): Layout =>
    layoutOf(parquetBytes(rows(labels), options));
  const names = { names: ['cat', 'dog'] };
  return [
    { 'train.parquet': file([0, 1, 0, 1], names), 'test.parquet': file([1, 0], names) },
    { 'train.parquet': file(['cat', 'dog', 'cat', 'dog']) },
    { 'train.parquet': file([0, 1, 0, 1], { ...names, isDelta: true }) },
    { 'train.parquet': file([0, 1, null, 1]), 'test.parquet': file([0, 1]) },
    { 'train.parquet': file([0, 1, 0, 1], { otherLabels: ['fine', 'coarse'], otherImages: ['mask'] }) },
    { 'train.parquet': file([0, 1, 0, 1], { labelColumn: 'species', otherLabels: ['kind'] }) },
    {
      'train-00000-of-00001.parquet': layoutOf(fixture('train')),
      'test-00000-of-00001.parquet': layoutOf(fixture('test')),
    },
  ];
}
