import { counted } from '../../contract/index.ts';
import type { ImportAnswer } from '../../contract/index.ts';
import { contentsOf } from '../naming/contents.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { ParquetProblem, columnsOf, readRows, type ParquetFile } from './parquet-file.ts';
import { imageColumnsOf, previewParquet } from './parquet-preview.ts';
import { isClassValue } from './parquet-labels.ts';

/** The columns that a dataset is read from. */
export interface ParquetColumns {
  imageColumn: string;
  labelColumn: string;
}

/** Rows of a column of labels that are looked at for a question. */
const ROWS_LOOKED_AT = 1000;
const MOST_ANSWERS = 8;

/**
 * The columns of images and of labels, by choice or because there is one of each.
 * @throws ParquetProblem where the file has no images
 * @throws UndecidedImportError where more than one column would do
 */
export async function chooseColumns(
  file: ParquetFile,
  wanted: { images: string | null; labels: string | null },
): Promise<ParquetColumns> {
  const imageColumn = await findImageColumn(file, wanted.images);
  return { imageColumn, labelColumn: await findLabelColumn(file, wanted.labels) };
}

async function findImageColumn(file: ParquetFile, wanted: string | null): Promise<string> {
  const found = imageColumnsOf(file);
  if (found.length === 0) {
    throw new ParquetProblem(`has no column of images, structures of bytes and path; its columns are ${allOf(file)}`);
  }
  if (wanted !== null ? found.includes(wanted) : found.length === 1) return wanted ?? found[0];
  const answers = await Promise.all(
    found.slice(0, MOST_ANSWERS).map(async (name) => {
      const look = await previewParquet([file.path], name);
      const outcome = look === null ? 'which cannot be read' : `${counted(look.images, 'row')} of this file`;
      return { title: `The images are ${name}`, outcome, choices: { images: name }, preview: look?.preview ?? null };
    }),
  );
  const problem =
    wanted === null
      ? `More than one column holds images: ${listed(found)}.`
      : `There is no column of images ${wanted}; those of images are ${listed(found)}.`;
  throw new UndecidedImportError({ path: file.path, problem, decides: ['images'], answers });
}

async function findLabelColumn(file: ParquetFile, wanted: string | null): Promise<string> {
  const all = [...columnsOf(file)];
  const columns = all.map(([name]) => name);
  if (wanted !== null && columns.includes(wanted)) return wanted;
  const byName = all.filter(([name, parts]) => contentsOf(name).contents === 'labels' && !parts.includes('bytes'));
  const plain = byName.filter(([, parts]) => parts.length === 0);
  const named = (plain.length > 0 ? plain : byName).map(([name]) => name);
  if (wanted === null && named.length === 1) return named[0];
  const problem =
    wanted !== null
      ? `There is no column of labels ${wanted}; the columns are ${allOf(file)}.`
      : named.length > 1
        ? `More than one column may hold the labels: ${listed(named)}.`
        : `There is no column of labels by name, such as label or class; the columns are ${allOf(file)}.`;
  const answers = await labelAnswers(file, wanted === null && named.length > 1 ? named : columns);
  throw new UndecidedImportError({ path: file.path, problem, decides: ['labels'], answers });
}

/** Those of columns whose values can be classes, with how many they are. */
export async function labelAnswers(file: ParquetFile, columns: readonly string[]): Promise<ImportAnswer[]> {
  const answers: ImportAnswer[] = [];
  for (const name of columns) {
    const rows = await readRows(file, [name], 0, ROWS_LOOKED_AT).catch(() => null);
    const values = (rows ?? []).map((row) => row[name]).filter((value) => value !== null && value !== undefined);
    if (values.length === 0 || !values.every(isClassValue) || answers.length === MOST_ANSWERS) continue;
    const distinct = [...new Set(values.map(String))].sort();
    const examples = listed(distinct.slice(0, 3));
    const outcome = `${counted(distinct.length, 'different value')} in ${counted(values.length, 'row')}, such as ${examples}`;
    answers.push({ title: `The labels are ${name}`, outcome, choices: { labels: name }, preview: null });
  }
  return answers;
}

/** @throws ParquetProblem where a file has not the columns of the first one */
export function requireColumns(file: ParquetFile, { imageColumn, labelColumn }: ParquetColumns): void {
  const columns = columnsOf(file);
  if (!columns.get(imageColumn)?.includes('bytes')) {
    throw new ParquetProblem(`has no column of images named ${imageColumn}; its columns are ${allOf(file)}`);
  }
  if (!columns.has(labelColumn)) {
    throw new ParquetProblem(`has no column of labels named ${labelColumn}; its columns are ${allOf(file)}`);
  }
}

/** Columns that are not read, of a kind that could have been. */
export const otherColumns = (file: ParquetFile, { imageColumn, labelColumn }: ParquetColumns): string[] =>
  [...columnsOf(file).keys()].filter((name) => name !== imageColumn && name !== labelColumn);

const allOf = (file: ParquetFile) => [...columnsOf(file).keys()].join(', ');
