import { basename } from 'node:path';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DatasetError } from '../dataset-error.ts';
import { MOST_CLASSES, type ImageSource, type ImportContext, type SplitName } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import { ImageProblem, chooseTarget } from './decode-image.ts';
import { decodeInOrder } from './decode-in-order.ts';
import { drawTestSplit } from './test-split.ts';

interface OpenFile {
  path: string;
  buffer: AsyncBuffer;
  metadata: FileMetaData;
}

interface Row {
  place: string;
  bytes: Uint8Array | null;
  label: number;
}

const LABEL_COLUMNS = ['label', 'fine_label', 'labels', 'target', 'class'];

/** The split that a file of a dataset hub is of, by its name or its folder: `train-00000-of-00001.parquet`. */
function splitOf(path: string): SplitName | 'validation' | null {
  const [folder, name] = path.split(/[\\/]/).slice(-2);
  for (const text of [name, folder]) {
    const found = /^(train|test|valid|val)/i.exec(text ?? '')?.[1].toLowerCase();
    if (found) return found.startsWith('val') ? 'validation' : (found as SplitName);
  }
  return null;
}

/**
 * Parquet files with encoded images in a column of structures `{ bytes, path }`, as dataset hubs publish them, and labels
 * as whole numbers or text.
 * @throws DatasetError that names the file or column at fault
 */
export async function openParquet(
  path: string,
  paths: readonly string[],
  context: ImportContext,
): Promise<ImageSource> {
  const { choices, report } = context;
  const files: Record<SplitName, OpenFile[]> = { train: [], test: [] };
  const splits = paths.map(splitOf);
  const stand = splits.includes('test') ? 'test' : 'validation';
  for (const [at, file] of [...paths].sort(compareNaturally).entries()) {
    const split = splitOf(file);
    if (split !== null && split !== 'train' && split !== stand) report.note(`${file} was left out.`);
    else files[split === null || split === 'train' ? 'train' : 'test'].push(await openFile(file));
    if (at % 16 === 0) context.signal.throwIfAborted();
  }
  const first = files.train[0] ?? files.test[0];
  if (!first || files.train.length === 0) throw new DatasetError(`${path}: holds no Parquet file to train on.`, path);
  const imageColumn = findImageColumn(first);
  const labelColumn = findLabelColumn(first, choices.labels);
  const labels = {
    train: await readLabels(files.train, labelColumn),
    test: await readLabels(files.test, labelColumn),
  };
  const classes = classNames(first, labelColumn, labels.train);
  const index = new Map(classes.map((name, label) => [name, label]));
  const toLabel = (value: unknown): number => (typeof value === 'string' ? (index.get(value) ?? -1) : Number(value));

  const drawn =
    files.test.length > 0
      ? null
      : drawTestSplit(Uint16Array.from(labels.train, toLabel), classes.length, choices.testShare, choices.seed);
  if (drawn) {
    const percent = Number((choices.testShare * 100).toFixed(2));
    report.note(`The files have no test split: ${percent}% of every class by seed ${choices.seed}.`);
  }

  async function* rows(split: SplitName): AsyncGenerator<Row> {
    let at = 0;
    for (const file of drawn ? files.train : files[split]) {
      for await (const { row, record } of readRecords(file, [imageColumn, labelColumn])) {
        const isWanted = drawn === null || (drawn[at] === 1) === (split === 'test');
        at++;
        if (!isWanted) continue;
        const place = `${file.path}, row ${row}`;
        const label = toLabel(record[labelColumn]);
        if (Number.isInteger(label) && label >= 0 && label < classes.length) {
          yield { place, label, bytes: bytesOf(record[imageColumn]) };
        } else {
          const shown = String(record[labelColumn]);
          report.bad(place, `is labelled ${shown}, but the classes are ${classes[0]} to ${classes.at(-1)}`);
        }
      }
    }
  }
  const encoded = {
    name: ({ place }: Row) => place,
    label: ({ label }: Row) => label,
    bytes({ bytes }: Row) {
      if (bytes) return bytes;
      throw new ImageProblem('holds no image');
    },
  };
  const target = await targetOfFirst(rows('train'), context);
  const testDrawn = drawn?.reduce((sum, isTest) => sum + isTest, 0) ?? 0;
  return {
    prefix: 'parquet',
    kind: 'Parquet files of images',
    title: basename(path).replace(/\.parquet$/i, ''),
    shape: [target.height, target.width, target.channels],
    classes,
    counts: { train: labels.train.length - testDrawn, test: drawn ? testDrawn : labels.test.length },
    read: (split) => decodeInOrder(rows(split), encoded, target, context),
  };
}

async function openFile(path: string): Promise<OpenFile> {
  try {
    const buffer = await asyncBufferFromFile(path);
    return { path, buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    throw new DatasetError(
      `${path}: is not a whole Parquet file (${(error as Error).message}). Download or copy it again.`,
      path,
    );
  }
}

/** Names of the top-level columns, each with the names of its parts. */
function columnsOf({ schema }: FileMetaData): Map<string, string[]> {
  const columns = new Map<string, string[]>();
  const [, ...elements] = schema;
  for (let at = 0; at < elements.length;) {
    const { name, num_children: parts = 0 } = elements[at];
    const inner = elements.slice(at + 1, at + 1 + parts);
    columns.set(
      name,
      inner.map((element) => element.name),
    );
    at += 1 + descendants(elements, at);
  }
  return columns;
}

function descendants(elements: readonly { num_children?: number }[], at: number): number {
  let open = elements[at].num_children ?? 0;
  let count = 0;
  while (open > 0) {
    count++;
    open += (elements[at + count]?.num_children ?? 0) - 1;
  }
  return count;
}

function findImageColumn({ path, metadata }: OpenFile): string {
  const columns = columnsOf(metadata);
  const found = [...columns].find(([, parts]) => parts.includes('bytes'))?.[0];
  if (found !== undefined) return found;
  throw new DatasetError(
    `${path}: has no column of images, structures of bytes and path; its columns are ${[...columns.keys()].join(', ')}.`,
    path,
  );
}

function findLabelColumn({ path, metadata }: OpenFile, wanted: string | null): string {
  const columns = [...columnsOf(metadata).keys()];
  const found = wanted === null ? LABEL_COLUMNS.find((name) => columns.includes(name)) : wanted;
  if (found !== undefined && columns.includes(found)) return found;
  throw new DatasetError(
    `${path}: has no column of labels ${wanted ?? `named ${LABEL_COLUMNS.join(', ')}`}; its columns are ` +
      `${columns.join(', ')}. Name the column.`,
    path,
  );
}

async function* readRecords(
  { path, buffer, metadata }: OpenFile,
  columns: string[],
): AsyncGenerator<{ row: number; record: Record<string, unknown> }> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    let records: Record<string, unknown>[];
    try {
      records = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        rowStart,
        rowEnd,
        compressors,
        utf8: false,
      });
    } catch (error) {
      throw new DatasetError(
        `${path}: cannot be read from row ${rowStart} on (${(error as Error).message}). It is damaged; download it again.`,
        path,
      );
    }
    for (const [at, record] of records.entries()) yield { row: rowStart + at, record };
    rowStart = rowEnd;
  }
}

async function readLabels(files: readonly OpenFile[], column: string): Promise<unknown[]> {
  const labels: unknown[] = [];
  for (const file of files) for await (const { record } of readRecords(file, [column])) labels.push(record[column]);
  return labels;
}

/** Of the hub's description of its features, where there is one; else what the labels say. */
function classNames({ path, metadata }: OpenFile, column: string, labels: readonly unknown[]): string[] {
  const described = describedNames(metadata, column);
  if (described) return described;
  const isText = labels.every((label) => typeof label === 'string');
  const largest = isText ? 0 : labels.reduce<number>((most, label) => Math.max(most, Number(label)), 0);
  const names = isText
    ? [...new Set(labels)].sort(compareNaturally)
    : Array.from({ length: Number.isInteger(largest) ? Math.min(largest + 1, MOST_CLASSES + 1) : 0 }, (_, label) =>
        String(label),
      );
  if (names.length >= 2 && names.length <= MOST_CLASSES) return names;
  throw new DatasetError(
    `${path}: the labels of column ${column} make ${names.length} classes; 2 to ${MOST_CLASSES} can be told apart.`,
    path,
  );
}

function describedNames({ key_value_metadata: entries = [] }: FileMetaData, column: string): string[] | null {
  const text = entries.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return null;
  try {
    const described = JSON.parse(text) as { info?: { features?: Record<string, { names?: unknown }> } };
    const names = described.info?.features?.[column]?.names;
    return Array.isArray(names) && names.length >= 2 && names.length <= MOST_CLASSES ? names.map(String) : null;
  } catch {
    return null;
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  const bytes = (value as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}

async function targetOfFirst(rows: AsyncIterable<Row>, { choices, report }: ImportContext) {
  for await (const { place, bytes } of rows) {
    try {
      if (!bytes) throw new ImageProblem('holds no image');
      return await chooseTarget(bytes, choices);
    } catch (error) {
      if (!(error instanceof ImageProblem)) throw error;
      if (choices.onBadFile === 'stop') report.bad(place, error.message);
    }
  }
  throw new DatasetError('None of the training images can be used.');
}
