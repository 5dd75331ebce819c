import { describe, expect, it } from 'vitest';
import {
  InvalidConfigurationError,
  sameStudy,
  type FieldIssue,
  type StudyDefinition,
} from '../../src-main/contract/index.ts';
import { expandStudy, requireStudy, studyPoints } from '../support/methods.ts';

const study = (change: Record<string, unknown> = {}): StudyDefinition =>
  ({ name: 'Study', base: { epochs: 2 }, grid: {}, variants: [], seeds: [1], ...change }) as StudyDefinition;

function issuesOf(input: unknown): FieldIssue[] {
  try {
    expandStudy(input as StudyDefinition);
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return error.issues;
    throw error;
  }
  return [];
}

describe('expanding a study', () => {
  it('crosses grid and seeds in the order written, seeds innermost', () => {
    const runs = expandStudy(study({ grid: { method: ['set', 'rigl'], sparsity: [0.9, 0.95] }, seeds: [1, 2] }));
    expect(runs.map(({ method, sparsity, seed, epochs }) => [method, sparsity, seed, epochs])).toEqual([
      ['set', 0.9, 1, 2],
      ['set', 0.9, 2, 2],
      ['set', 0.95, 1, 2],
      ['set', 0.95, 2, 2],
      ['rigl', 0.9, 1, 2],
      ['rigl', 0.9, 2, 2],
      ['rigl', 0.95, 1, 2],
      ['rigl', 0.95, 2, 2],
    ]);
  });

  it('trains what amounts to the same run once: dense at every sparsity, static at every update interval', () => {
    const grid = { method: ['dense', 'static', 'set'], sparsity: [0.9, 0.95], updateEvery: [10, 20] };
    const counts = Map.groupBy(expandStudy(study({ grid, seeds: [1, 2] })), ({ method }) => method);
    expect([...counts].map(([method, runs]) => [method, runs.length])).toEqual([
      ['dense', 2],
      ['static', 4],
      ['set', 8],
    ]);
  });

  it('crosses variants with the grid and names their runs', () => {
    const variants = [
      { label: 'Dense', method: 'dense' },
      { label: 'Slow SET', method: 'set', updateEvery: 400 },
    ];
    const points = studyPoints(study({ variants, grid: { sparsity: [0.9, 0.98] }, seeds: [7] }));
    expect(points.map(({ label, configuration }) => [label, configuration.sparsity, configuration.name])).toEqual([
      ['Dense', 0.9, 'Dense · seed 7'],
      ['Slow SET', 0.9, 'Slow SET · sparsity 0.9 · seed 7'],
      ['Slow SET', 0.98, 'Slow SET · sparsity 0.98 · seed 7'],
    ]);
    expect(points.every(({ configuration }) => !('label' in configuration))).toBe(true);
  });

  it.each([
    ['grid.sparsty', { grid: { sparsty: [0.9] } }, 'is not a key of a configuration; did you mean sparsity?'],
    ['grid.sparsity', { grid: { sparsity: [] } }, 'is an empty list'],
    ['grid.sparsity', { grid: { sparsity: [0.9, 0.9] } }, 'names 0.9 twice'],
    ['grid.sparsity', { grid: { sparsity: [0.9, 1.5] } }, 'must be at most 0.999999, not 1.5'],
    ['grid.sparsity', { grid: { sparsity: 0.9 } }, 'must be a list of values'],
    ['grid.seed', { grid: { seed: [1, 2] } }, 'belongs in seeds'],
    ['base.epochs', { base: { epochs: 0 } }, 'must be at least 1, not 0'],
    ['base.colour', { base: { colour: 1 } }, 'is not a key'],
    ['variants.1.method', { variants: [{ label: 'a' }, { label: 'b', method: 'x' }] }, 'must be one of'],
    ['variants.1.label', { variants: [{ label: 'a' }, { label: 'a' }] }, 'also the label of variants.0'],
    ['variants.0.label', { variants: [{ method: 'set' }] }, 'give each variant a label'],
    [
      'variants.0.method',
      { variants: [{ label: 'a', method: 'set' }], grid: { method: ['rigl'] } },
      'is also in the grid',
    ],
    ['seeds', { seeds: [] }, 'at least one seed'],
    ['seeds', { seeds: [3, 3] }, 'names 3 twice'],
    ['seeds.1', { seeds: [1, -1] }, 'must be at least 0, not -1'],
    ['name', { name: ' ' }, 'give the study a name'],
    ['axes', { axes: {} }, 'is not part of a study'],
  ])('names %s', (field, change, message) => {
    const issues = issuesOf(study(change));
    expect(issues).toHaveLength(1);
    expect(issues[0].field).toBe(field);
    expect(issues[0].message).toContain(message);
  });

  it('refuses more than 10,000 runs before making any, telling how many there would be', () => {
    const many = Array.from({ length: 101 }, (_, index) => index);
    const issues = issuesOf(study({ grid: { learningRate: many }, seeds: many }));
    expect(issues).toEqual([{ field: 'grid', message: expect.stringContaining('makes 10201 runs') as string }]);
  });

  it('refuses what is no study at all', () => {
    expect(issuesOf([])[0].message).toBe('a study must be an object');
    expect(issuesOf({ name: 'x' })).toEqual([{ field: 'seeds', message: 'is missing' }]);
  });
});

it('the same study is known again whatever the order of its keys, and another one is not', () => {
  const one = requireStudy({ name: 'a', seeds: [1], grid: { sparsity: [0.9], epochs: [2] } });
  const other = requireStudy({ grid: { epochs: [2], sparsity: [0.9] }, seeds: [1], name: 'a' });
  expect(sameStudy(one, other)).toBe(true);
  expect(sameStudy(one, { ...other, seeds: [2] })).toBe(false);
});

it('the same study is known again whatever its base says that the grid or every variant sets', () => {
  const variants = [
    { label: 'SET', method: 'set', updateEvery: 100 },
    { label: 'Static', method: 'static' },
  ];
  const study = (base: object) => requireStudy({ name: 'a', seeds: [1], grid: { epochs: [2, 4] }, base, variants });
  expect(sameStudy(study({ epochs: 2, method: 'rigl' }), study({}))).toBe(true);
  expect(sameStudy(study({ updateEvery: 50 }), study({}))).toBe(false);
});
