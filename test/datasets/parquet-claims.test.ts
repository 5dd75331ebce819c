import { expect, test } from 'vitest';
import { openCatalogueBeside } from './support/catalogue.ts';
import { picture } from './support/image-files.ts';
import { parquetBytes, type ParquetOptions } from './support/parquet-files.ts';

/** What a file claims of itself is compared with its bytes before memory is taken for it. */

test.each<[string, ParquetOptions, RegExp]>([
  [
    'billions of rows',
    { claims: { rows: 2 ** 40 } },
    /train\.parquet: claims 1,099,511,627,776 rows or more in \d+ bytes/,
  ],
  ['bytes beyond its end', { claims: { compressed: 2 ** 33 } }, /its row group 0 ends at byte \d+ of \d+/],
  ['pages of more values', { claims: { pageValues: 2 ** 31 - 1 } }, /a page claims more than its column can hold/],
  ['pages that unpack to terabytes', { declaredBytes: 2 ** 42 }, /has a row group of \d+\.\d GiB/],
  ['pages of another length', { claims: { pageBytes: 2 ** 31 - 1 } }, /cannot be read \(/],
])('%s', async (_, options, message) => {
  const rows = await Promise.all([0, 1, 2, 3].map(async (at) => ({ bytes: await picture(at), label: at % 2 })));
  const { folder, importAs, stored } = await openCatalogueBeside({
    'train.parquet': parquetBytes(rows, options),
    'test.parquet': parquetBytes(rows),
  });
  await expect(importAs(folder)).rejects.toThrow(message);
  expect(await stored()).toEqual([]);
});
