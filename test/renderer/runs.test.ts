import { expect, test } from 'vitest';
import { between, keyOf, matcherOf, toRows, type RowQuery } from '../../src-renderer/runs/rows.ts';
import { formatRoute, parseRoute, type Route } from '../../src-renderer/state/routes.ts';
import { resumeQuestion, trashQuestion } from '../../src-renderer/state/questions.ts';
import { withToast } from '../../src-renderer/state/toast-limit.ts';
import { detail } from './support/details.ts';

const items = [
  detail({ method: 'dense', seed: 1 }, { testAccuracy: 0.97, createdAt: 1, study: 'Demo' }).item,
  detail({ method: 'rigl', seed: 1 }, { testAccuracy: 0.96, createdAt: 2, study: 'Demo' }).item,
  detail({ method: 'set', seed: 1, sparsity: 0.9 }, { status: 'running', createdAt: 3 }).item,
  detail({ method: 'set', seed: 12, sparsity: 0.98, name: 'Set 10' }, { testAccuracy: 0.95, createdAt: 4 }).item,
];
const query: RowQuery = { text: '', statuses: new Set(), sort: 'created', isDescending: true, isGrouped: false };
const methods = (change: Partial<RowQuery>) =>
  toRows(items, { ...query, ...change }).map((row) => (row.kind === 'run' ? row.run.method : `[${row.study}]`));

test('the newest run comes first', () => {
  expect(methods({})).toEqual(['set', 'set', 'rigl', 'dense']);
});

test('sorting puts runs without a value last, in either direction', () => {
  const accuracies = (isDescending: boolean) =>
    toRows(items, { ...query, sort: 'test', isDescending }).map((row) =>
      row.kind === 'run' ? (row.run.final?.testAccuracy ?? null) : null,
    );
  expect(accuracies(true)).toEqual([0.97, 0.96, 0.95, null]);
  expect(accuracies(false)).toEqual([0.95, 0.96, 0.97, null]);
});

test('names sort as people count', () => {
  const named = ['set 10', 'set 9', 'Set 1'].map((name) => detail({ method: 'set', name }).item);
  const rows = toRows(named, { ...query, sort: 'name', isDescending: false });
  expect(rows.map((row) => row.kind === 'run' && row.run.name)).toEqual(['Set 1', 'set 9', 'set 10']);
});

test('every word of the filter must stand somewhere', () => {
  expect(matcherOf('RIGL demo')(items[1])).toBe(true);
  expect(matcherOf('rigl fashion')(items[1])).toBe(false);
  expect(methods({ text: ' mnist  set ' })).toEqual(['set', 'set']);
  expect(methods({ text: 'nothing' })).toEqual([]);
});

test('statuses filter, and none chosen means all', () => {
  expect(methods({ statuses: new Set(['running']) })).toEqual(['set']);
});

test('a study’s runs stand together below its name', () => {
  expect(methods({ isGrouped: true })).toEqual(['[null]', 'set', 'set', '[Demo]', 'rigl', 'dense']);
});

test('every row has a key of its own, which it keeps wherever it stands', () => {
  const keys = (change: Partial<RowQuery>) => toRows(items, { ...query, isGrouped: true, ...change }).map(keyOf);
  expect(new Set(keys({})).size).toBe(6);
  expect(keys({ sort: 'name' }).sort()).toEqual(keys({}).sort());
  expect(keyOf({ kind: 'study', study: 'null', runs: [] })).not.toBe(keyOf({ kind: 'study', study: null, runs: [] }));
});

test('shift takes the runs between, in the order shown, headings left out', () => {
  const rows = toRows(items, { ...query, isGrouped: true });
  expect(between(rows, items[1].id, items[3].id)).toEqual([items[3].id, items[2].id, items[1].id]);
  expect(between(rows, 'gone', items[0].id)).toEqual([items[0].id]);
});

const routes: Route[] = [
  { page: 'welcome' },
  { page: 'runs' },
  { page: 'trash' },
  { page: 'run', id: 'abc1' },
  { page: 'masks', id: 'abc1' },
  { page: 'compare', ids: [] },
  { page: 'compare', ids: ['a1', 'b2'] },
  { page: 'launch', from: null },
  { page: 'launch', from: 'abc1' },
  { page: 'studies', id: null },
  { page: 'studies', id: 'abc1' },
  { page: 'datasets' },
  { page: 'dataset', id: 'cifar-10' },
  { page: 'methods' },
  { page: 'devices' },
  { page: 'settings' },
];

test.each(routes)('the address of %o leads back to it', (route) => {
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

test('an unknown address leads to the runs', () => {
  expect(parseRoute('')).toEqual({ page: 'runs' });
  expect(parseRoute('#/nowhere/at/all')).toEqual({ page: 'runs' });
});

test.each([
  ['#/runs/%', { page: 'run', id: '%' }],
  ['#/datasets/50%25', { page: 'dataset', id: '50%' }],
  ['#/studies/%ff', { page: 'studies', id: '%ff' }],
  ['#/runs/\ud800', { page: 'run', id: '\ufffd' }],
] as [string, Route][])('an address of what is no escape and no character is read too: %j', (address, route) => {
  expect(parseRoute(address)).toEqual(route);
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

test('one run in plain sight goes to the trash unasked; more, or hidden ones, are named with their numbers', () => {
  const [first, second, third] = items;
  expect(trashQuestion([first], 2, new Set())).toBeNull();
  expect(trashQuestion([], 2, new Set())).toBeNull();
  expect(trashQuestion([first], 0, new Set([first.id]))).toMatchObject({
    title: 'Move “dense seed 1” to the trash?',
    text: 'The filter hides it. The trash keeps it until you restore it.',
  });
  expect(trashQuestion([first, second], 0, new Set())).toMatchObject({
    title: 'Move 2 runs to the trash?',
    text: 'The trash keeps them until you restore them.',
  });
  const mixed = trashQuestion([first, second, third], 1, new Set([second.id, 'other']));
  expect(mixed?.text).toBe(
    'The filter hides 1 of them. 1 chosen run not over yet stays. The trash keeps them until you restore them.',
  );
  expect(trashQuestion([first, second], 0, new Set([first.id, second.id]))?.text).toContain('hides all of them.');
});

test('resuming a study asks before it trains anew what is in the trash', () => {
  expect(resumeQuestion(0)).toBeNull();
  expect(resumeQuestion(3)).toMatchObject({
    title: 'Train 3 runs anew?',
    text: expect.stringContaining('3 runs of this study are in the trash') as string,
  });
});

test('a notice with an action or an error is not pushed out by plain ones', () => {
  const plain = (id: number) => ({ id, kind: 'done' as const, action: null });
  const undo = { id: 100, kind: 'done' as const, action: { label: 'Undo' } };
  const error = { id: 200, kind: 'error' as const, action: null };
  const show = (...entries: (typeof undo | typeof error | ReturnType<typeof plain>)[]) =>
    entries.reduce<typeof entries>((shown, entry) => withToast(shown, entry), []).map(({ id }) => id);
  expect(show(plain(1), plain(2), plain(3), plain(4), plain(5))).toEqual([2, 3, 4, 5]);
  expect(show(undo, error, plain(1), plain(2), plain(3), plain(4), plain(5))).toEqual([100, 200, 4, 5]);
  // Where nothing else is left to give way, the oldest of their own kind does; a plain one then stands above.
  const errors = [1, 2, 3, 4, 5].map((id) => ({ ...error, id }));
  expect(show(...errors)).toEqual([2, 3, 4, 5]);
  expect(show(...errors, plain(6), plain(7))).toEqual([2, 3, 4, 5, 7]);
});
