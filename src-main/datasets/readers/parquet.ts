import { basename, relative } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { SPLIT_NAMES, type ImageSource, type ImportContext, type SplitName } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import { ImageProblem, chooseTarget } from './decode-image.ts';
import { decodeInOrder } from './decode-in-order.ts';
import { decideDepth } from './deep-images.ts';
import { ParquetProblem, columnsOf, openParquetFile, readGroups, type ParquetFile } from './parquet-file.ts';
import { understandLabels, type ParquetLabels } from './parquet-labels.ts';
import { drawTestSplit } from './test-split.ts';

interface Row {
  place: string;
  bytes: Uint8Array | null;
  label: number;
}

/** The files that can be used, and what they have in common. */
interface ParquetSet {
  files: Record<SplitName, ParquetFile[]>;
  imageColumn: string;
  labelColumn: string;
}

type Bad = (place: string, problem: string) => void;

const LABEL_COLUMNS = ['label', 'fine_label', 'labels', 'target', 'class'];
/** A whole word: `train-00000-of-00001`, `cifar_test`; neither `testimony` nor `valencia`. */
const SPLIT_WORD = /(?:^|[^a-z])(train|test|val)(?:ing|id|idation|set)?(?![a-z])/i;

/** The split that a file of a dataset hub is of, by its name or its folder, as far as these lie within what is imported. */
function splitOf(root: string, path: string): SplitName | 'validation' | null {
  const [name, folder = ''] = relative(root, path).split(/[\\/]/).reverse();
  for (const text of [name || basename(path), folder]) {
    const found = SPLIT_WORD.exec(text)?.[1].toLowerCase();
    if (found) return found === 'val' ? 'validation' : (found as SplitName);
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
  const { files, imageColumn, labelColumn } = await openFiles(path, paths, context);
  // A first look finds what is found again while the samples are read, and reported then; but it may end the import.
  const bad: Bad = (place, problem) => report.bad(place, problem);
  const firstLook: Bad = choices.onBadFile === 'stop' ? bad : () => undefined;
  const found = {
    train: await readLabels(files.train, labelColumn, firstLook),
    test: await readLabels(files.test, labelColumn, firstLook),
  };
  const labels = understandLabels(files.train[0], labelColumn, found.train);
  for (const note of labels.notes) report.note(note);
  const drawn = files.test.length > 0 ? null : drawSplit(found.train, labels, context);

  async function* rows(split: SplitName, bad: Bad): AsyncGenerator<Row> {
    let at = 0;
    for (const file of drawn ? files.train : files[split]) {
      for await (const { start, count, records } of readGroups(file, [imageColumn, labelColumn])) {
        if (records instanceof ParquetProblem) {
          // Where the split is drawn, both read the same files.
          if (drawn === null || split === 'train') bad(placeOf(file, start, count), records.message);
          at += count;
          continue;
        }
        for (const [row, record] of records.entries()) {
          const isWanted = drawn === null || (drawn[at] === 1) === (split === 'test');
          at++;
          if (!isWanted) continue;
          const place = `${file.path}, row ${start + row}`;
          const label = labels.toLabel(record[labelColumn]);
          if (label >= 0) yield { place, label, bytes: bytesOf(record[imageColumn]) };
          else bad(place, labels.problem(record[labelColumn]));
        }
      }
    }
  }
  async function* allRows(): AsyncGenerator<Row> {
    for (const split of SPLIT_NAMES) yield* rows(split, firstLook);
  }
  const encoded = {
    name: ({ place }: Row) => place,
    label: ({ label }: Row) => label,
    bytes({ bytes }: Row) {
      if (bytes) return bytes;
      throw new ImageProblem('holds no image');
    },
  };
  const first = await targetOfFirst(rows('train', firstLook), context, firstLook);
  const target = await decideDepth(first, path, allRows(), encoded, context);
  const testDrawn = drawn?.reduce((sum, isTest) => sum + isTest, 0) ?? 0;
  return {
    prefix: 'parquet',
    kind: 'Parquet files of images',
    title: basename(path).replace(/\.parquet$/i, ''),
    shape: [target.height, target.width, target.channels],
    classes: labels.classes,
    counts: { train: found.train.length - testDrawn, test: drawn ? testDrawn : found.test.length },
    hasValueRange: target.scale !== null,
    read: (split) => decodeInOrder(rows(split, bad), encoded, target, context),
  };
}

/** Opens all that can be used: whole, and with the columns of the first. */
async function openFiles(
  path: string,
  paths: readonly string[],
  { choices, report, signal }: ImportContext,
): Promise<ParquetSet> {
  const splits = paths.map((file) => splitOf(path, file));
  const stand = splits.includes('test') ? 'test' : 'validation';
  const files: ParquetSet['files'] = { train: [], test: [] };
  const refused: Record<SplitName, string[]> = { train: [], test: [] };
  let columns: { imageColumn: string; labelColumn: string } | null = null;
  for (const [at, name] of [...paths].sort(compareNaturally).entries()) {
    if (at % 16 === 0) signal.throwIfAborted();
    const split = splitOf(path, name);
    if (split !== null && split !== 'train' && split !== stand) {
      report.note(`${name} was left out.`);
      continue;
    }
    const into = split === null || split === 'train' ? 'train' : 'test';
    try {
      const file = await openParquetFile(name);
      if (columns) requireColumns(file, columns);
      else columns = { imageColumn: findImageColumn(file), labelColumn: findLabelColumn(file, choices.labels) };
      files[into].push(file);
    } catch (error) {
      if (!(error instanceof ParquetProblem)) throw error;
      report.bad(name, error.message);
      refused[into].push(`${name} ${error.message}`);
    }
  }
  for (const split of SPLIT_NAMES) {
    const [problem] = refused[split];
    if (problem === undefined || files[split].length > 0) continue;
    const which = split === 'train' ? 'training' : 'test';
    throw new DatasetError(`${path}: none of its Parquet files of ${which} images can be used: ${problem}.`, path);
  }
  if (!columns || files.train.length === 0) {
    throw new DatasetError(`${path}: holds no Parquet file to train on.`, path);
  }
  return { files, ...columns };
}

function findImageColumn(file: ParquetFile): string {
  const columns = columnsOf(file);
  const found = [...columns].find(([, parts]) => parts.includes('bytes'))?.[0];
  if (found !== undefined) return found;
  throw new ParquetProblem(
    `has no column of images, structures of bytes and path; its columns are ${[...columns.keys()].join(', ')}`,
  );
}

function findLabelColumn(file: ParquetFile, wanted: string | null): string {
  const columns = [...columnsOf(file).keys()];
  const found = wanted === null ? LABEL_COLUMNS.find((name) => columns.includes(name)) : wanted;
  if (found !== undefined && columns.includes(found)) return found;
  throw new DatasetError(
    `${file.path}: has no column of labels ${wanted ?? `named ${LABEL_COLUMNS.join(', ')}`}; its columns are ` +
      `${columns.join(', ')}. Name the column.`,
    file.path,
  );
}

function requireColumns(file: ParquetFile, wanted: Pick<ParquetSet, 'imageColumn' | 'labelColumn'>): void {
  const columns = columnsOf(file);
  const names = [...columns.keys()].join(', ');
  if (!columns.get(wanted.imageColumn)?.includes('bytes')) {
    throw new ParquetProblem(`has no column of images named ${wanted.imageColumn}; its columns are ${names}`);
  }
  if (!columns.has(wanted.labelColumn)) {
    throw new ParquetProblem(`has no column of labels named ${wanted.labelColumn}; its columns are ${names}`);
  }
}

/** A value for every row; undefined where it cannot be read. */
async function readLabels(files: readonly ParquetFile[], column: string, bad: Bad): Promise<unknown[]> {
  const labels: unknown[] = [];
  for (const file of files) {
    for await (const { start, count, records } of readGroups(file, [column])) {
      const isBroken = records instanceof ParquetProblem;
      if (isBroken) bad(placeOf(file, start, count), records.message);
      for (let at = 0; at < count; at++) labels.push(isBroken ? undefined : records[at]?.[column]);
    }
  }
  return labels;
}

function drawSplit(found: readonly unknown[], labels: ParquetLabels, { choices, report }: ImportContext): Uint8Array {
  const { testShare, seed } = choices;
  const percent = Number((testShare * 100).toFixed(2));
  report.note(`The files have no test split: ${percent}% of every class by seed ${seed}.`);
  return drawTestSplit(Uint16Array.from(found, labels.toLabel), labels.classes.length, testShare, seed);
}

const placeOf = ({ path }: ParquetFile, start: number, count: number) =>
  `${path}, rows ${start} to ${start + count - 1}`;

function bytesOf(value: unknown): Uint8Array | null {
  const bytes = (value as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}

async function targetOfFirst(rows: AsyncIterable<Row>, { choices }: ImportContext, bad: Bad) {
  for await (const { place, bytes } of rows) {
    try {
      if (!bytes) throw new ImageProblem('holds no image');
      return await chooseTarget(bytes, choices);
    } catch (error) {
      if (!(error instanceof ImageProblem)) throw error;
      bad(place, error.message);
    }
  }
  throw new DatasetError('None of the training images can be used.');
}
