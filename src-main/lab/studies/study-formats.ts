import {
  csvCell,
  runsWords,
  visibleText,
  type SampleEstimate,
  type StudyFormat,
  type StudyGroup,
  type StudyResults,
} from '../../contract/index.ts';
import { jsonText } from '../runs/export.ts';
import { formatPercent } from '../runs/naming.ts';

/** A cell's parts; each format puts its own signs between them. */
interface StudyColumn {
  title: string;
  text: boolean;
  cell(group: StudyGroup, signs: Signs): string;
}

interface Signs {
  plusMinus: string;
  minus: string;
  percent: string;
  none: string;
  times: string;
}

const PLAIN: Signs = { plusMinus: ' ± ', minus: '−', percent: '%', none: '–', times: '×' };
const LATEX: Signs = { plusMinus: ' \\pm ', minus: '-', percent: '\\%', none: '--', times: '\\times' };

const signed = (value: number, digits: number, minus: string): string => {
  const text = Math.abs(value).toFixed(digits);
  return `${value < 0 && Number(text) !== 0 ? minus : '+'}${text}`;
};

/** Mean ± deviation (n), scaled; no deviation from one run. */
function spread(found: SampleEstimate | null, scale: number, digits: number, signs: Signs): string {
  if (!found) return signs.none;
  const { mean, deviation, n } = found;
  const around = deviation === null ? '' : `${signs.plusMinus}${(deviation * scale).toFixed(digits)}`;
  return math(`${(mean * scale).toFixed(digits)}${around}`, signs) + ` (${n})`;
}

const math = (text: string, signs: Signs): string => (signs === LATEX ? `$${text}$` : text);

const mean = (found: SampleEstimate | null, digits: number, signs: Signs): string =>
  found ? found.mean.toFixed(digits) : signs.none;

function difference({ difference: found }: StudyGroup, signs: Signs): string {
  if (!found) return signs.none;
  const middle = signed(found.mean * 100, 2, signs.minus);
  if (found.halfWidth === null) return `${math(middle, signs)} (${found.n}, no interval)`;
  return `${math(`${middle}${signs.plusMinus}${(found.halfWidth * 100).toFixed(2)}`, signs)} (${found.n})`;
}

/** `SET 90% · mlp-20 · seed 1 (m1x2y3) diverged`. */
const leftOutWords = ({ leftOut }: StudyGroup): string =>
  leftOut.map(({ name, runId, status }) => `${name} (${runId}) ${status}`).join('; ');

/** The columns that every face shows, in this order; a key that varies adds one of its own. */
function studyColumns({ variedKeys, groups }: StudyResults): StudyColumn[] {
  const variants = groups.some(({ title, methodTitle }) => title !== methodTitle);
  const isShort = groups.some(({ leftOut }) => leftOut.length > 0);
  const column = (title: string, cell: StudyColumn['cell'], text = false): StudyColumn => ({ title, text, cell });
  return [
    variants
      ? column('Variant', ({ title }) => visibleText(title), true)
      : column('Method', ({ methodTitle }) => methodTitle, true),
    column('Sparsity', ({ isSparse, reachedSparsity }, { none, percent }) =>
      isSparse ? formatPercent(reachedSparsity).replace('%', percent) : none,
    ),
    ...variedKeys.map((key) => column(key, ({ varied }, { none }) => String(varied[key] ?? none))),
    ...(isShort ? [column('Runs', runsWords)] : []),
    column('Test accuracy %', ({ measures }, signs) => spread(measures.testAccuracy, 100, 2, signs)),
    column('Best validation %', ({ measures }, signs) => spread(measures.bestValidation, 100, 2, signs)),
    column('Last validation %', ({ measures }, signs) => spread(measures.lastValidation, 100, 2, signs)),
    column('Difference to dense', difference),
    column('R_s', ({ measures }, signs) => mean(measures.rs, 3, signs)),
    column('Updates', ({ measures }, signs) => mean(measures.updates, 0, signs)),
    column('Seconds', ({ measures }, signs) => mean(measures.seconds, 1, signs)),
    column('Train FLOPs', ({ measures }, signs) => {
      const ratio = mean(measures.trainFlopsRatio, 3, signs);
      return measures.trainFlopsRatio ? math(`${ratio}${signs.times}`, signs) : ratio;
    }),
  ];
}

/** Rows of text as a terminal shows them. */
export function studyRows(results: StudyResults): { columns: StudyColumn[]; rows: string[][] } {
  const columns = studyColumns(results);
  return { columns, rows: results.groups.map((group) => columns.map(({ cell }) => cell(group, PLAIN))) };
}

/** A study's table in one of the formats; accuracies in percent, but as fractions in JSON and CSV. */
export function formatStudy(results: StudyResults, format: StudyFormat): string {
  return formats[format](results);
}

const formats: Record<StudyFormat, (results: StudyResults) => string> = {
  csv: toStudyCsv,
  markdown: toMarkdown,
  latex: toLatex,
  json: (results) => jsonText(results) + '\n',
};

function toMarkdown(results: StudyResults): string {
  const { columns, rows } = studyRows(results);
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return (
    [
      line(columns.map(({ title }) => title)),
      line(columns.map(({ text }) => (text ? '---' : '---:'))),
      ...rows.map(line),
      '',
      ...results.notes.map((note) => `- ${note}`),
    ].join('\n') + '\n'
  );
}

const LATEX_SPECIAL: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '−': '$-$',
  '–': '--',
  '·': '$\\cdot$',
  '’': "'",
};

/** A person's text as LaTeX sets it. */
export const escapeLatex = (text: string): string =>
  text.replace(/[\\~^±×−–·’&%$#_{}]/g, (sign) => LATEX_SPECIAL[sign] ?? `\\${sign}`);

const latexTitle = (title: string): string => (title === 'R_s' ? '$R_s$' : escapeLatex(title));

/** A table for `\usepackage{booktabs}`; the notes are comments, for the caption. */
function toLatex(results: StudyResults): string {
  const columns = studyColumns(results);
  const own = new Set<string>(results.variedKeys);
  const row = (group: StudyGroup): string =>
    columns
      .map(({ cell, text, title }) => {
        const escaped = text || own.has(title);
        return escaped ? escapeLatex(cell(group, PLAIN)) : cell(group, LATEX);
      })
      .join(' & ') + ' \\\\';
  return (
    [
      '% \\usepackage{booktabs}',
      ...results.notes.map((note) => `% ${note.replaceAll('\n', ' ')}`),
      `\\begin{tabular}{${columns.map(({ text }) => (text ? 'l' : 'r')).join('')}}`,
      '\\toprule',
      columns.map(({ title }) => latexTitle(title)).join(' & ') + ' \\\\',
      '\\midrule',
      ...results.groups.map(row),
      '\\bottomrule',
      '\\end{tabular}',
    ].join('\n') + '\n'
  );
}

type CsvRow = Record<string, string | number | boolean | null>;

/** One line a group, full precision, a column per number (RFC 4180). */
function toStudyCsv({ groups, variedKeys }: StudyResults): string {
  const rows = groups.map((group): CsvRow => {
    const { label, method, sparsity, reachedSparsity } = group;
    const row: CsvRow = { label, method, sparsity, reachedSparsity };
    for (const key of variedKeys) row[key] = group.varied[key];
    row.finished = group.finished;
    row.leftOut = group.leftOut.length;
    row.leftOutRuns = leftOutWords(group);
    for (const [measure, found] of Object.entries(group.measures)) {
      row[`${measure}Mean`] = found?.mean ?? null;
      row[`${measure}Deviation`] = found?.deviation ?? null;
      row[`${measure}N`] = found?.n ?? 0;
    }
    row.differenceMean = group.difference?.mean ?? null;
    row.differenceDeviation = group.difference?.deviation ?? null;
    row.differenceHalfWidth95 = group.difference?.halfWidth ?? null;
    row.differenceN = group.difference?.n ?? 0;
    row.statement = group.difference?.statement ?? '';
    row.seeds = group.seeds.join(' ');
    row.warnings = group.warnings.map(({ text }) => text).join(' ');
    return row;
  });
  const columns = rows.length > 0 ? Object.keys(rows[0]) : [];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((cells) => cells.map(csvCell).join(',') + '\r\n').join('');
}
