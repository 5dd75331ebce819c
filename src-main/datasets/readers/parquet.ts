import { basename } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { SPLIT_NAMES, type ImageSource, type ImportContext, type SplitName } from '../image-source.ts';
import { foundSplits, type FoundSplit } from '../naming/found-splits.ts';
import { planSplits } from '../naming/plan-splits.ts';
import { splitAnswers, type LookIntoSplit } from '../naming/split-answers.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { ImageProblem, chooseTarget, type ImageTarget } from './decode-image.ts';
import { decodeInOrder } from './decode-in-order.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import { decideDepth } from './deep-images.ts';
import { askAboutImages, needsChoice } from './image-questions.ts';
import { chooseColumns, labelAnswers, otherColumns, requireColumns, type ParquetColumns } from './parquet-columns.ts';
import { ParquetProblem, openParquetFile, readGroups, type ParquetFile } from './parquet-file.ts';
import { strangeLabels, understandLabels, type ParquetLabels } from './parquet-labels.ts';
import { filesOfConfig } from './parquet-configurations.ts';
import { encodedBytes, previewParquet } from './parquet-preview.ts';
import { drawTestSplit, tellDrawnSplit } from './test-split.ts';

interface Row {
  location: string;
  bytes: Uint8Array | null;
  label: number;
}

/** The files that can be used, and what they have in common. */
interface ParquetSet extends ParquetColumns {
  files: Record<SplitName, ParquetFile[]>;
  /** All splits, and the names of those that are trained on and tested with. */
  found: FoundSplit[];
  train: string[];
  test: string[];
  look: LookIntoSplit;
}

type Bad = (location: string, problem: string) => void;

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
  const set = await openFiles(path, paths, context);
  const { files, imageColumn, labelColumn } = set;
  // A first look finds what is found again while the samples are read, and reported then; but it may end the import.
  const bad: Bad = (location, problem) => report.bad(location, problem);
  const firstLook: Bad = choices.onBadFile === 'stop' ? bad : () => undefined;
  const found = {
    train: await readLabels(files.train, labelColumn, firstLook),
    test: await readLabels(files.test, labelColumn, firstLook),
  };
  await refuseStrangeLabels(set, found.train);
  const labels = understandLabels(files.train[0], labelColumn, found.train);
  for (const note of labels.notes) report.note(note);
  if (found.test.length > 0 && found.test.every((value) => labels.toLabel(value) < 0)) {
    await refuseUnlabelled(path, set);
  }
  const drawn = files.test.length > 0 ? null : drawSplit(found.train, labels, context);

  async function* rows(split: SplitName, bad: Bad): AsyncGenerator<Row> {
    let at = 0;
    for (const file of drawn ? files.train : files[split]) {
      for await (const { start, count, records } of readGroups(file, [imageColumn, labelColumn])) {
        if (records instanceof ParquetProblem) {
          // Where the split is drawn, both read the same files.
          if (drawn === null || split === 'train') bad(rangeOf(file, start, count), records.message);
          at += count;
          continue;
        }
        for (const [row, record] of records.entries()) {
          const isWanted = drawn === null || (drawn[at] === 1) === (split === 'test');
          at++;
          if (!isWanted) continue;
          const location = `${file.path}, row ${start + row}`;
          const label = labels.toLabel(record[labelColumn]);
          if (label >= 0) yield { location, label, bytes: encodedBytes(record[imageColumn]) };
          else bad(location, labels.problem(record[labelColumn]));
        }
      }
    }
  }
  async function* allRows(): AsyncGenerator<Row> {
    for (const split of SPLIT_NAMES) yield* rows(split, firstLook);
  }
  const encoded = {
    name: ({ location }: Row) => location,
    all: allRows,
    label: ({ label }: Row) => label,
    bytes({ bytes }: Row) {
      if (bytes) return bytes;
      throw new ImageProblem('holds no image');
    },
  };
  const first = await targetOfFirst(rows('train', firstLook), encoded, context, firstLook);
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

/** @throws UndecidedImportError with the columns that would do */
async function refuseStrangeLabels({ files, labelColumn }: ParquetSet, values: readonly unknown[]): Promise<void> {
  const kind = strangeLabels(values);
  if (kind === null) return;
  const [first] = files.train;
  const problem =
    `Column ${labelColumn} holds ${kind}, where a class is a whole number from 0, or text. Name another column, or write ` +
    'the labels as numbers or text.';
  const answers = await labelAnswers(first, otherColumns(first, { imageColumn: '', labelColumn }));
  throw new UndecidedImportError({ path: first.path, problem, decides: ['labels'], answers });
}

/** @throws UndecidedImportError with the splits that could be tested with instead */
async function refuseUnlabelled(path: string, { found, test, train, look }: ParquetSet): Promise<never> {
  const rest = found.filter(({ name }) => !test.includes(name));
  const others = rest.flatMap(({ name }) => (train.includes(name) ? [] : [name]));
  const beside = others.length === 0 ? '' : ` Beside it there ${others.length === 1 ? 'is' : 'are'} ${listed(others)}.`;
  const answers = await splitAnswers(rest, { trainSplits: train, testSplits: null }, look);
  throw new UndecidedImportError({
    path,
    problem: `No row of the test split ${listed(test)} has a label that is a class.${beside}`,
    decides: ['testSplits'],
    answers: answers.map(({ choices: { testSplits }, ...answer }) => ({ ...answer, choices: { testSplits } })),
  });
}

/** Opens all that can be used: whole, and with the columns of the first. */
async function openFiles(path: string, paths: readonly string[], context: ImportContext): Promise<ParquetSet> {
  const { choices, report, signal } = context;
  const kept = await filesOfConfig(path, paths, context);
  const found = foundSplits(
    kept.map(({ split }) => split),
    'part',
  );
  const look = (name: string) => previewParquet(kept.flatMap((file) => (file.split === name ? [file.path] : [])));
  const plan = await planSplits({ path, found, unit: 'Parquet files', look }, choices, report);
  const files: ParquetSet['files'] = { train: [], test: [] };
  const refused: Record<SplitName, string[]> = { train: [], test: [] };
  let columns: ParquetColumns | null = null;
  for (const [at, { path: name, split }] of kept.entries()) {
    if (at % 16 === 0) signal.throwIfAborted();
    const into = plan.train.includes(split) ? 'train' : plan.test.includes(split) ? 'test' : null;
    if (into === null) continue;
    try {
      const file = await openParquetFile(name);
      if (columns) requireColumns(file, columns);
      else columns = await chooseColumns(file, choices);
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
  for (const name of otherColumns(files.train[0], columns)) report.changed('left-out', `the column ${name}`);
  return { files, ...columns, found, ...plan, look };
}

/** A value for every row; undefined where it cannot be read. */
async function readLabels(files: readonly ParquetFile[], column: string, bad: Bad): Promise<unknown[]> {
  const labels: unknown[] = [];
  for (const file of files) {
    for await (const { start, count, records } of readGroups(file, [column])) {
      const isBroken = records instanceof ParquetProblem;
      if (isBroken) bad(rangeOf(file, start, count), records.message);
      for (let at = 0; at < count; at++) labels.push(isBroken ? undefined : records[at]?.[column]);
    }
  }
  return labels;
}

function drawSplit(found: readonly unknown[], labels: ParquetLabels, context: ImportContext): Uint8Array {
  const { testShare, seed } = context.choices;
  tellDrawnSplit('files', context);
  return drawTestSplit(Uint16Array.from(found, labels.toLabel), labels.classes.length, testShare, seed);
}

const rangeOf = ({ path }: ParquetFile, start: number, count: number) =>
  `${path}, rows ${start} to ${start + count - 1}`;

async function targetOfFirst(
  rows: AsyncIterable<Row>,
  encoded: EncodedSamples<Row>,
  { choices }: ImportContext,
  bad: Bad,
): Promise<ImageTarget> {
  for await (const item of rows) {
    try {
      return await chooseTarget(await encoded.bytes(item), choices);
    } catch (error) {
      if (!(error instanceof ImageProblem)) throw error;
      if (choices.onBadFile === 'stop' && needsChoice(error)) {
        throw await askAboutImages({ item, problem: error, target: null, encoded });
      }
      bad(item.location, error.message);
    }
  }
  throw new DatasetError('None of the training images can be used.');
}
