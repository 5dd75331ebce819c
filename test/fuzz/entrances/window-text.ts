import fc from 'fast-check';
import { RUN_STATUSES, type RunListItem } from '../../../src-main/contract/index.ts';
import { between, keyOf, matcherOf, SORT_KEYS, toRows, type RowQuery } from '../../../src-renderer/runs/rows.ts';
import { formatRoute, parseRoute } from '../../../src-renderer/state/routes.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';

const ODD_TEXTS = [
  'set',
  'RigL',
  'seed 1',
  '  ',
  '\u202e',
  '.*',
  '(((((',
  '\\',
  '__proto__',
  'İ',
  'ß',
  '\ud800',
  '%',
  '%zz',
];

const text = fc.oneof(
  { weight: 20, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 20, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 50_000 }).map((length) => 'a '.repeat(length)) },
);

const runs = fc.array(
  fc.record({
    ...{ id: fc.string({ minLength: 4, maxLength: 8 }), name: text, study: fc.option(text), seed: fc.nat() },
    ...{
      method: fc.constantFrom('set', 'rigl'),
      dataset: text,
      network: text,
      status: fc.constantFrom(...RUN_STATUSES),
    },
    ...{ createdAt: fc.nat(), sparsity: fc.double(), validationAccuracy: fc.option(fc.double()) },
    ...{ rs: fc.option(fc.double()), seconds: fc.double(), queuePosition: fc.option(fc.nat(9)) },
    final: fc.option(fc.record({ testAccuracy: fc.double() })),
    progress: fc.record({ step: fc.nat(), totalSteps: fc.nat() }),
  }),
  { maxLength: 12 },
) as unknown as fc.Arbitrary<RunListItem[]>;

const queries: fc.Arbitrary<RowQuery> = fc.record({
  text: fc.array(text, { maxLength: 4 }).map((words) => words.join(' ')),
  statuses: fc.uniqueArray(fc.constantFrom(...RUN_STATUSES), { maxLength: 3 }).map((statuses) => new Set(statuses)),
  sort: fc.constantFrom(...SORT_KEYS),
  isDescending: fc.boolean(),
  isGrouped: fc.boolean(),
});

/** The filter of the list of runs, whatever is typed and whatever runs are called. */
export const filter: Entrance<{ runs: RunListItem[]; query: RowQuery }> = {
  name: 'filter',
  what: 'the filter of the list of runs, whatever is typed and whatever runs are called',
  refusals: [],
  open: () => ({
    cases: fc.record({ runs, query: queries }),
    run({ runs: all, query }) {
      const rows = toRows(all, query);
      const shown = rows.flatMap((row) => (row.kind === 'run' ? [row.run] : []));
      expectThat(new Set(shown).size === shown.length, 'shows a run twice');
      const isMeant = matcherOf(query.text);
      const isWanted = (run: RunListItem) =>
        (query.statuses.size === 0 || query.statuses.has(run.status)) && isMeant(run);
      expectThat(shown.length === all.filter(isWanted).length, 'shows other runs than match');
      const again = toRows(all, query).map(keyOf);
      expectThat(
        rows.every((row, at) => keyOf(row) === again[at]),
        'shows another order the second time',
      );
      const turned = toRows(all, { ...query, text: query.text.toUpperCase().toLowerCase() });
      expectThat(turned.length >= 0 && between(rows, 'x', 'y').length === 1, 'has no range');
    },
  }),
};

const routes = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.oneof(fc.constantFrom('#', '/', '?', 'runs', 'masks', 'compare', '=', ',', '%', '%2', '%ff', '%00'), text),
      {
        maxLength: 8,
      },
    )
    .map((pieces) => pieces.join('')),
  fc
    .tuple(fc.constantFrom('#/runs/', '#/datasets/', '#/studies/', '#/launch?from=', '#/compare?runs='), text)
    .map(([start, end]) => start + end),
);

/** Fragments of the window’s address. */
export const route: Entrance<string> = {
  name: 'route',
  what: 'fragments of the window’s address (#/runs/ID)',
  refusals: [],
  open: () => ({
    cases: routes,
    run(hash) {
      const found = parseRoute(hash);
      const again = parseRoute(formatRoute(found));
      expectThat(JSON.stringify(again) === JSON.stringify(found), 'leads elsewhere once it is written again');
    },
  }),
};
