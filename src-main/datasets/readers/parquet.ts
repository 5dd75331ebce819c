import { basename, relative } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { SPLIT_NAMES, type ImageSource, type ImportContext, type SplitName } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import { foundSplits, planSplits } from '../naming/plan-splits.ts';
import { splitRoleOf, withoutPartNumber } from '../naming/splits.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
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
  /** Names of the splits that are not used. */
  others: string[];
}

type Bad = (place: string, problem: string) => void;

const LABEL_COLUMNS = ['label', 'fine_label', 'coarse_label', 'labels', 'target', 'class'];
/** What a file is of, by its name, or by its folder's within what is imported. */
function splitOf(root: string, path: string): { name: string; config: string } {
  const [base, ...folders] = relative(root, path).split(/[\\/]/).reverse();
  const stem = withoutPartNumber((base || basename(path)).replace(/\.parquet$/i, ''));
  const [folder = ''] = folders;
  if (splitRoleOf(stem, 'part') !== null) return { name: stem, config: folder };
  if (splitRoleOf(folder, 'part') !== null) return { name: folder, config: folders.slice(1).join('/') };
  return { name: stem, config: folder };
}

/** Files of the configuration that is chosen, or of the only one. @throws UndecidedImportError where there are several */
function filesOfConfig(path: string, paths: readonly string[], { choices, report }: ImportContext): string[] {
  const configs = [...new Set(paths.map((file) => splitOf(path, file).config))].sort(compareNaturally);
  const { config } = choices;
  if (config === null && configs.length <= 1) return [...paths];
  if (config === null || !configs.includes(config)) {
    const problem = config === null ? 'Name the one to import' : `There is no ${config}; name one of them`;
    throw new UndecidedImportError(
      `${path}: has Parquet files in several folders, ${listed(configs.map((each) => each || '.'))}, which may be ` +
        `configurations of one dataset. ${problem} with --config NAME, or import one of the folders.`,
      path,
    );
  }
  const kept = paths.filter((file) => splitOf(path, file).config === config);
  if (kept.length < paths.length) {
    report.changed('left-out', 'Parquet files of other configurations', paths.length - kept.length);
  }
  return kept;
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
  const { files, imageColumn, labelColumn, others } = await openFiles(path, paths, context);
  // A first look finds what is found again while the samples are read, and reported then; but it may end the import.
  const bad: Bad = (place, problem) => report.bad(place, problem);
  const firstLook: Bad = choices.onBadFile === 'stop' ? bad : () => undefined;
  const found = {
    train: await readLabels(files.train, labelColumn, firstLook),
    test: await readLabels(files.test, labelColumn, firstLook),
  };
  const labels = understandLabels(files.train[0], labelColumn, found.train);
  for (const note of labels.notes) report.note(note);
  if (found.test.length > 0 && found.test.every((value) => labels.toLabel(value) < 0)) {
    throw new UndecidedImportError(
      `${path}: no row of the test split has a label that is a class. Test with another split by --test-split NAME ` +
        `(there ${others.length === 1 ? 'is' : 'are'} ${listed(others)} beside it); --test-split none draws it from the training data.`,
      path,
    );
  }
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
async function openFiles(path: string, paths: readonly string[], context: ImportContext): Promise<ParquetSet> {
  const { choices, report, signal } = context;
  const kept = filesOfConfig(path, paths, context);
  const names = kept.map((file) => splitOf(path, file).name);
  const plan = planSplits(path, foundSplits(names, 'part'), choices, report, 'Parquet files');
  const files: ParquetSet['files'] = { train: [], test: [] };
  const refused: Record<SplitName, string[]> = { train: [], test: [] };
  let columns: { imageColumn: string; labelColumn: string } | null = null;
  for (const [at, name] of [...kept].sort(compareNaturally).entries()) {
    if (at % 16 === 0) signal.throwIfAborted();
    const split = splitOf(path, name).name;
    const into = plan.train.includes(split) ? 'train' : plan.test.includes(split) ? 'test' : null;
    if (into === null) continue;
    try {
      const file = await openParquetFile(name);
      if (columns) requireColumns(file, columns);
      else
        columns = {
          imageColumn: findImageColumn(file, choices.images),
          labelColumn: findLabelColumn(file, choices.labels),
        };
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
  const used = [...plan.train, ...plan.test];
  return { files, ...columns, others: [...new Set(names)].filter((name) => !used.includes(name)) };
}

function findImageColumn(file: ParquetFile, wanted: string | null): string {
  const columns = columnsOf(file);
  const found = [...columns].filter(([, parts]) => parts.includes('bytes')).map(([name]) => name);
  const names = [...columns.keys()].join(', ');
  if (found.length === 0) {
    throw new ParquetProblem(`has no column of images, structures of bytes and path; its columns are ${names}`);
  }
  if (wanted !== null ? found.includes(wanted) : found.length === 1) return wanted ?? found[0];
  const problem = wanted === null ? 'more than one column of images' : `no column of images ${wanted}`;
  throw new UndecidedImportError(
    `${file.path}: has ${problem}; those of images are ${listed(found)}. Name the column with --images NAME.`,
    file.path,
  );
}

function findLabelColumn(file: ParquetFile, wanted: string | null): string {
  const columns = [...columnsOf(file).keys()];
  const found = wanted === null ? LABEL_COLUMNS.filter((name) => columns.includes(name)) : [wanted];
  if (found.length > 1) {
    throw new UndecidedImportError(
      `${file.path}: ${listed(found)} may be the column of labels. Name the column with --labels NAME.`,
      file.path,
    );
  }
  if (found.length === 1 && columns.includes(found[0])) return found[0];
  throw new UndecidedImportError(
    `${file.path}: has no column of labels ${wanted ?? `named ${LABEL_COLUMNS.join(', ')}`}; its columns are ` +
      `${columns.join(', ')}. Name the column with --labels NAME.`,
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
