import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { openZipFiles } from '../../../src-main/datasets/readers/zip-files.ts';
import { readAll } from '../../../src-main/datasets/readers/named-files.ts';
import { zipLayout, type ZipEntry } from '../documents/archives.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { mutatedLayout } from '../mutation/bytes.ts';

const MOST_BYTES = 2 ** 26;

const paths = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('x.npy', 'train/x.npy', 'a/b/c.npy', 'é.npy') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '../x.npy',
      '/x.npy',
      'C:x.npy',
      'a\\..\\..\\x',
      '',
      'x\u001b[2J.npy',
      'y'.repeat(60_000),
    ),
  },
);

const archives = fc
  .array(
    fc.record({
      path: paths,
      content: fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        // What deflates a thousandfold.
        fc.integer({ min: 1, max: 3 }).map((times) => new Uint8Array(times * 100_000)),
      ),
      isDeflated: fc.boolean(),
    }) as fc.Arbitrary<ZipEntry>,
    { maxLength: 4 },
  )
  .map(zipLayout);

/** Zip archives, whatever is in them. */
export const zip: Entrance<Uint8Array> = {
  name: 'zip',
  what: 'zip archives, whatever is in them',
  refusals: ['DatasetError'],
  open: ({ folder, fill }) => ({
    cases: mutatedLayout(archives),
    causes: () => [folder],
    async run(bytes) {
      fill({ 'data.zip': bytes });
      const found = await openZipFiles(join(folder, 'data.zip'), () => true);
      try {
        for (const name of found.names) {
          const size = await found.size(name);
          const content = await readAll(found, name, MOST_BYTES);
          const sum = Buffer.alloc(4);
          sum.writeUInt32LE(crc32(content));
          expectThat(Buffer.from(bytes).includes(sum), 'holds content of another CRC-32 than the archive says');
          expectThat(content.length === size, `holds ${content.length} bytes where it says ${size}`);
        }
      } finally {
        found.close();
      }
    },
  }),
};
