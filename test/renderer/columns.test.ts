import { expect, test } from 'vitest';
import { idOf, nextOrder, sorted, textTable, type Column } from '../../src-renderer/ui/columns.ts';

interface Row {
  name: string;
  accuracy: number | null;
}

const columns: Column<Row>[] = [
  { title: 'Run', cell: ({ name }) => name, sort: ({ name }) => name },
  { title: 'Accuracy', id: 'accuracy', cell: ({ accuracy }) => String(accuracy), sort: ({ accuracy }) => accuracy },
  { title: 'Note', cell: () => '' },
];
const rows: Row[] = [
  { name: 'b', accuracy: 0.9 },
  { name: 'a', accuracy: null },
  { name: 'd', accuracy: NaN },
  { name: 'c', accuracy: 0.5 },
  { name: 'e', accuracy: 0.9 },
];
const namesBy = (id: string, isDescending: boolean) =>
  sorted(rows, columns, { id, isDescending })
    .map(({ name }) => name)
    .join('');

test.each([
  ['Run', false, 'abcde'],
  ['Run', true, 'edcba'],
  // Equal rows stay as they came, and rows without a value come last either way.
  ['accuracy', false, 'cbead'],
  ['accuracy', true, 'becad'],
  // A column that cannot be sorted, and one that is not there.
  ['Note', false, 'badce'],
  ['Gone', true, 'badce'],
])('sorted by %s, descending %s: %s', (id, isDescending, expected) => {
  expect(namesBy(id, isDescending)).toBe(expected);
});

test('a heading sorts up, then down, then not at all; another heading begins anew', () => {
  const up = nextOrder(null, 'Run');
  const down = nextOrder(up, 'Run');
  expect([up, down, nextOrder(down, 'Run'), nextOrder(down, 'accuracy')]).toEqual([
    { id: 'Run', isDescending: false },
    { id: 'Run', isDescending: true },
    null,
    { id: 'accuracy', isDescending: false },
  ]);
});

test('a table as text has what a reader sees', () => {
  expect(columns.map(idOf)).toEqual(['Run', 'accuracy', 'Note']);
  expect(textTable(columns, rows.slice(0, 1))).toEqual({ head: ['Run', 'Accuracy', 'Note'], rows: [['b', '0.9', '']] });
});
