import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import { defaultImportChoices, type ImportChoices } from '../../../src-main/contract/index.ts';
import { collectFindings } from '../../../src-main/datasets/import/findings.ts';
import { openSource } from '../../../src-main/datasets/import/open-source.ts';
import { MOST_CLASSES, SPLIT_NAMES, type ImageSource } from '../../../src-main/datasets/image-source.ts';
import { expectThat, type Bench, type Entrance, type OpenEntrance } from '../harness/entrance.ts';
import type { Files } from '../mutation/files.ts';

/** Files and how they are imported. */
export interface ImportCase {
  files: Files;
  skipsBad: boolean;
  choices: Partial<ImportChoices>;
}

export const importCases = (
  files: Arbitrary<Files>,
  choices: Arbitrary<Partial<ImportChoices>> = fc.constant({}),
): Arbitrary<ImportCase> => fc.record({ files, skipsBad: fc.boolean(), choices });

/** The most that a case may have of memory by its choices: 64 MiB, well below the cap of the harness. */
const MOST_GIBIBYTES = 1 / 16;

/**
 * An entrance of datasets: files are opened and read to their end as an import does it, everything but the copy.
 * @param path of what is imported, within the folder of the files
 */
export function importEntrance(
  about: Pick<Entrance, 'name' | 'what'>,
  path: string,
  cases: () => Arbitrary<ImportCase> | Promise<Arbitrary<ImportCase>>,
): Entrance<ImportCase> {
  return {
    ...about,
    refusals: ['DatasetError'],
    async open(bench): Promise<OpenEntrance<ImportCase>> {
      const root = join(bench.folder, 'data');
      return {
        cases: await cases(),
        causes: () => [root, 'training image', 'test image'],
        async run({ files, skipsBad, choices }) {
          place(bench, files);
          await readWhole(join(root, path), skipsBad, choices);
          for (const [name, bytes] of Object.entries(files)) if (isGzipRead(name, bytes)) requireWholeGzip(name, bytes);
        },
      };
    },
  };
}

function place(bench: Bench, files: Files): void {
  if (Object.keys(files).length === 0) rmSync(join(bench.folder, 'data'), { recursive: true, force: true });
  bench.fill(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`data/${name}`, bytes])));
}

/** Compressed by gzip, and read where it is there. */
const isGzipRead = (name: string, [first, second]: Uint8Array): boolean =>
  /(ubyte|tar)\.gz$/.test(name) && first === 0x1f && second === 0x8b;

/** Its CRC-32 and length are right (RFC 1952, 2.3.1). */
function requireWholeGzip(name: string, bytes: Uint8Array): void {
  try {
    gunzipSync(bytes);
  } catch {
    expectThat(false, `takes ${name}, whose compressed content is damaged`);
  }
}

async function readWhole(path: string, skipsBad: boolean, chosen: Partial<ImportChoices>): Promise<void> {
  const choices = { ...defaultImportChoices, mostGibibytes: MOST_GIBIBYTES, ...chosen };
  const report = collectFindings(skipsBad ? 'skip' : 'stop');
  const source = await openSource(path, { choices, report, signal: new AbortController().signal });
  try {
    requireSource(source);
    for (const split of SPLIT_NAMES) await readSplit(source, split);
    const { changes, notes, skippedCount } = report.summary();
    expectThat(
      changes.every(({ count, what }) => Number.isSafeInteger(count) && count > 0 && what !== ''),
      'counts',
    );
    expectThat(
      [...notes, ...changes.map(({ what }) => what), ...report.skipped.map(({ problem }) => problem)].every(
        (text) => !/\bundefined\b|\[object /.test(text),
      ),
      'has a report that speaks of the runtime',
    );
    expectThat(skippedCount >= report.skipped.length, 'skips more than it counts');
  } finally {
    await source.close?.();
  }
}

function requireSource({ shape, classes, counts }: ImageSource): void {
  expectThat(
    shape.every((side) => Number.isSafeInteger(side) && side > 0),
    `has images of ${shape.join(' × ')}`,
  );
  expectThat(shape[2] === 1 || shape[2] === 3, `has ${shape[2]} channels`);
  expectThat(classes.length >= 2 && classes.length <= MOST_CLASSES, `has ${classes.length} classes`);
  expectThat(
    SPLIT_NAMES.every((split) => Number.isSafeInteger(counts[split]) && counts[split] >= 0),
    'has no whole number of samples',
  );
}

async function readSplit(source: ImageSource, split: (typeof SPLIT_NAMES)[number]): Promise<void> {
  const { shape, classes, counts } = source;
  const features = shape[0] * shape[1] * shape[2];
  let samples = 0;
  for await (const { pixels, labels } of source.read(split)) {
    samples += labels.length;
    expectThat(pixels.length === labels.length * features, 'has pixels for other than its labels');
    for (const label of labels) expectThat(label < classes.length, `has the label ${label} of ${classes.length}`);
  }
  expectThat(samples <= counts[split], `has ${samples} samples where it counted ${counts[split]}`);
}
