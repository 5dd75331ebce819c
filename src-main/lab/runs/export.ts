import {
  CONFIGURATION_KEYS,
  csvCell,
  isShared,
  visibleJson,
  type RunConfiguration,
  type RunListItem,
} from '../../contract/index.ts';
import { toSummary } from './run-book.ts';

export interface ExportedRun {
  item: RunListItem;
  configuration: RunConfiguration;
}

type Cell = string | number | boolean | null;

/** Columns of the summary that are values of their own; nested ones are spelled out after them. */
const summaryCells = (summary: ReturnType<typeof toSummary>): Record<string, Cell> => {
  const { best, final, flops, warnings, ...plain } = summary;
  return {
    ...plain,
    bestValidationAccuracy: best?.validationAccuracy ?? null,
    bestEpoch: best?.epoch ?? null,
    testAccuracy: final?.testAccuracy ?? null,
    testLoss: final?.testLoss ?? null,
    trainFlopsRatio: flops.trainRatio,
    inferenceFlopsRatio: flops.inferenceRatio,
    flopsRealised: flops.realised ?? false,
    warnings: warnings.map(({ text }) => text).join(' '),
  };
};

/** Shared keys that the summary does not have; `name` there may be empty, and `threads` 0. */
const SHARED_COLUMNS = CONFIGURATION_KEYS.filter(
  (key) => !['name', 'dataset', 'network', 'method', 'seed', 'sparsity', 'engine', 'threads', 'epochs'].includes(key),
);

const rowOf = ({ item, configuration }: ExportedRun, methodKeys: readonly string[]): Record<string, Cell> => ({
  ...summaryCells(toSummary(item)),
  study: item.study,
  createdAt: new Date(item.createdAt).toISOString(),
  failure: item.failure,
  plannedEpochs: configuration.epochs,
  ...Object.fromEntries(SHARED_COLUMNS.map((key) => [key, configuration[key]])),
  ...Object.fromEntries(methodKeys.map((key) => [key, configuration[key] ?? null])),
});

/** Keys that some of the runs have of their methods. */
const methodKeysOf = (runs: readonly ExportedRun[]): string[] => [
  ...new Set(runs.flatMap(({ configuration }) => Object.keys(configuration).filter((key) => !isShared(key)))),
];

/** One line a run, summary and configuration side by side (RFC 4180, lines end with CR LF). */
export function toCsv(runs: ExportedRun[]): string {
  const methodKeys = methodKeysOf(runs);
  const rows = runs.map((run) => rowOf(run, methodKeys));
  const columns = rows.length > 0 ? Object.keys(rows[0]) : [];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((cells) => cells.map(csvCell).join(',') + '\r\n').join('');
}

/** An array of summaries, each with its configuration. Numbers that are not finite become text, as JSON has none. */
export function toJson(runs: ExportedRun[]): string {
  const documents = runs.map(({ item, configuration }) => ({ ...toSummary(item), study: item.study, configuration }));
  return jsonText(documents) + '\n';
}

/**
 * A document as every face prints and exports it: the data as they are, without NaN and infinities, which become text,
 * and with JSON's escapes for whatever would act on a terminal.
 */
export const jsonText = (document: unknown): string => visibleJson(JSON.stringify(document, finiteOrText, 2));

/** For `JSON.stringify`, which would turn NaN and infinities into null. */
function finiteOrText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
