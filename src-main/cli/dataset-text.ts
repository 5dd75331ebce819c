import {
  IMPORT_CHANGE_TITLES,
  type DatasetContent,
  type DatasetDescription,
  type ImportSummary,
  visibleText,
} from '../contract/index.ts';
import { count, megabytes } from './formats.ts';
import { formatTable, type Column } from './table.ts';

/** A line for everything that an import changed, left out or skipped, and for its notes. */
export const describeSummary = ({ changes, notes, skippedCount }: ImportSummary): string[] => [
  ...changes.map((change) => `${IMPORT_CHANGE_TITLES[change.kind].padEnd(10)}${change.what} (${count(change.count)})`),
  `Skipped   ${skippedCount === 0 ? 'nothing' : count(skippedCount)}`,
  ...notes.map((note) => `Note      ${note}`),
];

/** Everything that is known of a dataset, as text. @param content null where it has no copy yet */
export function describeDataset(dataset: DatasetDescription, content: DatasetContent | null): string {
  const { id, title, state, hint, source, licence, shape, classes, trainCount, testCount, origin, official } = dataset;
  const lines = [
    `${title} (${id}), ${state}`,
    ...(hint ? [hint] : []),
    `Source    ${source}`,
    `Licence   ${licence ?? 'not known'}`,
    `Images    ${count(trainCount)} for training, ${count(testCount)} for testing, ${shape.join(' × ')}`,
    ...(origin === null ? [] : [`Made from ${origin}`]),
    ...(official?.files ?? []).map(
      ({ url, bytes, sha256 }) => `File      ${url}, ${megabytes(bytes)}, SHA-256 ${sha256}`,
    ),
  ];
  if (!content) return lines.map(visibleText).join('\n');
  const { mean, deviation, classCounts, contentSha256, imported } = content;
  const decimals = (values: number[]) => values.map((value) => value.toFixed(4)).join(', ');
  lines.push(
    `Mean      ${decimals(mean)}`,
    `Deviation ${decimals(deviation)}`,
    `Content   SHA-256 ${contentSha256}`,
    ...(imported ? describeSummary(imported) : []),
    '',
  );
  const columns: Column<number>[] = [
    { title: 'Class', align: 'left', cell: (label) => classes[label] },
    { title: 'Training', align: 'right', cell: (label) => count(classCounts.train[label]) },
    { title: 'Test', align: 'right', cell: (label) => count(classCounts.test[label]) },
  ];
  return `${lines.map(visibleText).join('\n')}\n${formatTable(columns, [...classes.keys()])}`;
}
