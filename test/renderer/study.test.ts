import { describe, expect, it } from 'vitest';
import { describeFields, type StudyListItem, type StudyResults } from '../../src-main/contract/index.ts';
import { scatterOf } from '../../src-renderer/study/scatter.ts';
import { FIRST_DRAFT, readStudyDraft, type StudyDraft } from '../../src-renderer/study/draft.ts';
import { canResumeStudy, differenceWords, progressWords, spread } from '../../src-renderer/study/words.ts';

const FIELDS = describeFields();
const read = (change: Partial<StudyDraft>) => readStudyDraft({ ...FIRST_DRAFT, name: 'A study', ...change }, FIELDS);

describe('the form of a study', () => {
  it('becomes a definition, values by the kind of their field, and counts what will be queued', () => {
    const { definition, runs, issues } = read({
      base: { epochs: '10', method: 'set', nesterov: false },
      rows: [
        { id: 1, key: 'method', text: 'dense, set' },
        { id: 2, key: 'sparsity', text: ' 0.9,0.95 , ' },
      ],
      seeds: '1-3',
    });
    expect(issues).toEqual([]);
    expect(definition).toEqual({
      name: 'A study',
      base: { epochs: 10, nesterov: false },
      grid: { method: ['dense', 'set'], sparsity: [0.9, 0.95] },
      variants: [],
      seeds: [1, 2, 3],
    });
    // Dense once per seed, SET at both sparsities.
    expect(runs).toBe(9);
  });

  it('as it first appears lacks nothing but a name', () => {
    expect(read({})).toMatchObject({ runs: 21, issues: [] });
    expect(readStudyDraft(FIRST_DRAFT, FIELDS).issues).toEqual([{ field: 'name', message: 'give the study a name' }]);
    const both = { ...FIRST_DRAFT, rows: [{ id: 1, key: 'sparsity' as const, text: '1.5' }] };
    expect(readStudyDraft(both, FIELDS).issues.map(({ field }) => field)).toEqual(['name', 'grid.sparsity']);
  });

  it.each([
    ['grid.sparsity', { rows: [{ id: 1, key: 'sparsity', text: '0.9, x' }] }, 'must be a number'],
    ['grid.sparsity', { rows: [{ id: 1, key: 'sparsity', text: ' , ' }] }, 'is an empty list'],
    [
      'grid.sparsity',
      {
        rows: [
          { id: 1, key: 'sparsity', text: '0.9' },
          { id: 2, key: 'sparsity', text: '0.8' },
        ],
      },
      'is in two rows',
    ],
    ['base.epochs', { base: { epochs: 'ten' } }, 'must be a number, not “ten”'],
    ['base.epochs', { base: { epochs: '0' } }, 'must be at least 1'],
    ['seeds', { seeds: '1, x' }, '“x” is not a seed'],
  ] as [string, Partial<StudyDraft>, string][])('names %s', (field, change, message) => {
    const { definition, issues } = read(change);
    expect(definition).toBeNull();
    expect(issues[0].field).toBe(field);
    expect(issues[0].message).toContain(message);
  });
});

it('spread and difference say n, and no interval where there is none', () => {
  expect(spread({ n: 3, mean: 0.95123, deviation: 0.0012 })).toBe('95.12 ± 0.12 (3)');
  expect(spread({ n: 1, mean: 0.95, deviation: null })).toBe('95.00 (1)');
  expect(spread(null)).toBe('–');
  const difference = { n: 2, mean: -0.01, deviation: 0.002, halfWidth: null, denseKey: 'k', statement: '' };
  expect(differenceWords(difference)).toBe('−1.00 (2)');
  expect(differenceWords({ ...difference, n: 3, halfWidth: 0.005 })).toBe('−1.00 ± 0.50 (3)');
});

it('progress names what has not finished, and Resume is offered for what it would queue', () => {
  const counts = { queued: 0, running: 1, paused: 0, finished: 7, cancelled: 0, failed: 1, interrupted: 0 };
  const study: StudyListItem = {
    id: 'abcd',
    name: 'A study',
    definition: { name: 'A study', base: {}, grid: {}, variants: [], seeds: [1] },
    createdAt: 0,
    runIds: [],
    total: 10,
    counts,
    missing: 1,
    trashedRunIds: ['efgh'],
  };
  expect(progressWords(study)).toBe('7 of 10 runs finished, 1 running, 1 failed, 1 in the trash');
  expect(canResumeStudy(study)).toBe(true);
  expect(canResumeStudy({ ...study, counts: { ...counts, failed: 0 }, missing: 0 })).toBe(false);
});

describe('variants of the form', () => {
  const variant = (label: string, text: string, id = 1) => ({ id, label, text });

  it('are named points with keys of their own, read by kind', () => {
    const { definition, runs } = read({
      rows: [{ id: 1, key: 'sparsity', text: '0.9, 0.95' }],
      variants: [variant('SNIP', 'method=snip'), variant('GraNet', 'method=granet, initialSparsity=0.5', 2)],
      seeds: '1-3',
    });
    expect(definition?.variants).toEqual([
      { label: 'SNIP', method: 'snip' },
      { label: 'GraNet', method: 'granet', initialSparsity: 0.5 },
    ]);
    expect(runs).toBe(12);
  });

  it.each([
    [variant('x', 'method'), 'is not key=value'],
    [variant('x', 'metod=snip'), 'is not a key of a configuration'],
    [variant('', 'method=snip'), 'give each variant a label'],
    [variant('x', 'epochs=ten'), 'must be a number'],
  ])('name what is wrong with %o', (row, message) => {
    const { issues, definition } = read({ rows: [], variants: [row] });
    expect(definition).toBeNull();
    expect(issues.map((issue) => `${issue.field}: ${issue.message}`).join('\n')).toMatch(
      new RegExp(`variants\\.0.*${message}`),
    );
  });
});

describe('R_s against accuracy in the window', () => {
  it('draws runs, means and the dense line within the box; nothing where no sparse run has finished', () => {
    const group = (method: 'dense' | 'set', rs: number, testAccuracy: number) =>
      ({
        label: method,
        method,
        points: [{ runId: 'aaaa', seed: 1, rs, testAccuracy }],
        measures: {
          rs: { n: 1, mean: rs, deviation: null },
          testAccuracy: { n: 1, mean: testAccuracy, deviation: 0.01 },
        },
      }) as unknown as StudyResults['groups'][number];
    const results = (groups: StudyResults['groups']) => ({ groups }) as StudyResults;
    expect(scatterOf(results([group('dense', 1, 0.9)]), 500, 300)).toBeNull();
    const scatter = scatterOf(results([group('dense', 1, 0.9), group('set', 0.4, 0.85)]), 500, 300);
    expect(scatter?.series).toHaveLength(1);
    expect(scatter?.references[0].label).toBe('dense');
    const { left, top } = scatter!.series[0].points[0];
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left).toBeLessThanOrEqual(500);
    expect(top).toBeGreaterThan(scatter!.references[0].top);
    expect(top).toBeLessThanOrEqual(300);
  });
});
