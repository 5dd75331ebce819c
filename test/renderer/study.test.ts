import { describe, expect, it } from 'vitest';
import {
  PRESET_SCALES,
  sameStudy,
  type DatasetDescription,
  type StudyListItem,
  type StudyResults,
} from '../../src-main/contract/index.ts';
import { studyPresets } from '../../src-main/lab/studies/presets/index.ts';
import { defaultsByMethod, defaultWords, methodsOf } from '../../src-renderer/study/defaults.ts';
import { scatterOf } from '../../src-renderer/study/scatter.ts';
import { draftOf, FIRST_DRAFT, issueIn, readStudyDraft, type StudyDraft } from '../../src-renderer/study/draft.ts';
import {
  chosenStudy,
  datasetWords,
  FIRST_CHOICE,
  runsWords,
  timedRuns,
  timeWords,
  variedLines,
} from '../../src-renderer/study/presets.ts';
import { canResumeStudy, differenceWords, progressWords, spread } from '../../src-renderer/study/words.ts';
import { describeFields, expandStudy, methodOf } from '../support/methods.ts';
import { builtInMethods } from '../../src-main/topology/methods/index.ts';

const FIELDS = describeFields();
const METHODS = { fields: FIELDS, all: builtInMethods };
const read = (change: Partial<StudyDraft>) => readStudyDraft({ ...FIRST_DRAFT, name: 'A study', ...change }, METHODS);

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
    expect(readStudyDraft(FIRST_DRAFT, METHODS).issues).toEqual([{ field: 'name', message: 'give the study a name' }]);
    const both = { ...FIRST_DRAFT, rows: [{ id: 1, key: 'sparsity' as const, text: '1.5' }] };
    expect(readStudyDraft(both, METHODS).issues.map(({ field }) => field)).toEqual(['name', 'grid.sparsity']);
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
  const counts = {
    queued: 0,
    running: 1,
    paused: 0,
    finished: 7,
    diverged: 0,
    cancelled: 0,
    failed: 1,
    interrupted: 0,
  };
  const study: StudyListItem = {
    id: 'abcd',
    name: 'A study',
    definition: { name: 'A study', base: {}, grid: {}, variants: [], seeds: [1] },
    createdAt: 0,
    runIds: [],
    total: 10,
    counts,
    trashedRunIds: ['efgh'],
  };
  expect(progressWords(study)).toBe('7 of 10 runs finished, 1 running, 1 failed, 1 in the trash');
  expect(canResumeStudy(study)).toBe(true);
  expect(canResumeStudy({ ...study, counts: { ...counts, failed: 0 }, trashedRunIds: [] })).toBe(false);
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

  it('leave nothing to the base that each of them sets, not even a slip', () => {
    const base = { epochs: 'ten' };
    const variants = [variant('short', 'epochs=2'), variant('long', 'epochs=20', 2)];
    expect(read({ base, variants }).definition).toMatchObject({ base: {}, variants: [{ epochs: 2 }, { epochs: 20 }] });
    expect(read({ base, variants: [variants[0], variant('plain', 'batchSize=32', 2)] }).issues).toEqual([
      expect.objectContaining({ field: 'base.epochs' }),
    ]);
  });

  it.each([
    [variant('x', 'method'), 'is not key=value'],
    [variant('x', 'metod=snip'), 'is not a key of a configuration; did you mean method'],
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

describe('what is wrong in a row of the form', () => {
  const issues = [
    { field: 'variants.0.metod', message: 'is not a key' },
    { field: 'grid.epochs.1', message: 'must be a number' },
    { field: 'seeds', message: 'are none' },
  ];

  it.each([
    ['variants.0', 'metod is not a key'],
    ['grid.epochs', 'must be a number'],
    ['seeds', 'are none'],
    ['variants.1', null],
  ])('%s: %s', (field, words) => {
    expect(issueIn(issues, field)).toBe(words);
  });
});

describe('the defaults that the form shows', () => {
  const methods = (change: Partial<StudyDraft>) =>
    methodsOf({ ...FIRST_DRAFT, rows: [], ...change }, METHODS).map(({ name }) => name);
  const field = (key: string) => FIELDS.find((one) => one.key === key)!;
  const defaultsOf = (key: string, names: readonly string[]) =>
    defaultsByMethod(field(key), names.map(methodOf), methodOf('rigl'));
  const variant = (text: string, id = 1) => ({ id, label: 'x', text });

  it('are those of the methods that will be trained', () => {
    expect(methods({})).toEqual(['rigl']);
    expect(methods({ base: { method: 'set-itop' } })).toEqual(['set-itop']);
    expect(methods({ rows: FIRST_DRAFT.rows, base: { method: 'snip' } })).toEqual(['dense', 'static', 'set', 'rigl']);
    expect(methods({ base: { method: 'set' }, variants: [variant('method=snip')] })).toEqual(['snip']);
    expect(methods({ base: { method: 'set' }, variants: [variant('method=snip'), variant('epochs=3', 2)] })).toEqual([
      'snip',
      'set',
    ]);
  });

  it('leave out variants that have a value of their own', () => {
    const draft = {
      ...FIRST_DRAFT,
      rows: [],
      variants: [variant('method=static'), variant('method=set-itop, updateEvery=150', 2), variant('method=rigl', 3)],
    };
    expect(methodsOf(draft, METHODS, 'updateEvery').map(({ name }) => name)).toEqual(['static', 'rigl']);
    expect(
      methodsOf({ ...draft, variants: draft.variants.slice(1, 2) }, METHODS, 'updateEvery').map(({ name }) => name),
    ).toEqual(['set-itop']);
  });

  it('do not take a half-typed name for a method', () => {
    expect(methods({ rows: [{ id: 1, key: 'method', text: 'set, ri' }] })).toEqual(['set']);
    expect(methods({ rows: [{ id: 1, key: 'method', text: 'ri' }], variants: [variant('method=')] })).toEqual(['rigl']);
  });

  it('are one value where the methods agree, and named by method where they differ', () => {
    const both = methods({ rows: [{ id: 1, key: 'method', text: 'static, set, set-itop, rigl' }] });
    expect(defaultsOf('epochs', both)).toEqual([{ value: '30', methods: both }]);
    expect(defaultWords(defaultsOf('updateEvery', both))).toBe('50 for set, rigl; 1500 for set-itop');
    expect(defaultsOf('stopFraction', ['rigl'])).toEqual([{ value: '0.75', methods: ['rigl'] }]);
    expect(defaultsOf('nesterov', ['set'])).toEqual([{ value: true, methods: ['set'] }]);
  });

  it('leave out methods that have no use for a field', () => {
    expect(defaultsOf('sparsity', ['dense', 'set'])).toEqual([{ value: '0.95', methods: ['set'] }]);
    expect(defaultsOf('updateEvery', ['dense', 'static'])).toEqual([]);
  });
});

describe('published experiments in the form', () => {
  const every = studyPresets.flatMap((preset) =>
    preset.sweeps.flatMap((sweep) => PRESET_SCALES.map((scale) => ({ preset: preset.id, sweep: sweep.id, scale }))),
  );
  const studyOf = (preset: string, sweep: string, scale: (typeof PRESET_SCALES)[number]) =>
    chosenStudy(studyPresets, { preset, sweep, scale })!.definition;

  it.each(every)('$preset, $sweep, $scale is the same study once the form has it', ({ preset, sweep, scale }) => {
    const study = studyOf(preset, sweep, scale);
    const { definition, issues, runs } = readStudyDraft(draftOf(study), METHODS);
    expect(issues).toEqual([]);
    expect(sameStudy(definition!, study)).toBe(true);
    expect(expandStudy(definition!)).toEqual(expandStudy(study));
    expect(runs).toBe(expandStudy(study).length);
  });

  it('keep what their base says in vain, for when the row of the grid goes', () => {
    const draft = draftOf(studyOf('itop-mlp-cifar10', 'batch-size', 'full'));
    expect(readStudyDraft(draft, METHODS).definition?.base).not.toHaveProperty('batchSize');
    expect(readStudyDraft({ ...draft, rows: [] }, METHODS).definition?.base).toMatchObject({ batchSize: 128 });
  });

  it('begin with the first, and with the first sweep where an experiment has no such one', () => {
    expect(chosenStudy(studyPresets, FIRST_CHOICE)?.definition.name).toBe('itop-mlp-cifar10 · methods · quick');
    expect(studyOf('itop-resnet50-imagenet', 'depth', 'half').name).toContain('· methods · half');
    expect(chosenStudy([], FIRST_CHOICE)).toBeNull();
  });

  it('say what they vary and how many runs that makes', () => {
    const study = studyOf('itop-mlp-cifar10', 'update-interval', 'half');
    expect(variedLines(study, FIELDS)).toEqual([
      'Update interval: 50, 150, 300, 750, 2000, 4000',
      'Variants: SET-ITOP, RigL-ITOP',
    ]);
    expect(runsWords(study, builtInMethods)).toBe('36 runs over 3 seeds');
    expect(runsWords(studyOf('itop-mlp-cifar10', 'methods', 'quick'), builtInMethods)).toBe('7 runs over 1 seed');
  });

  it('say how long an epoch and the whole take where every run’s time is known', () => {
    const study = studyOf('itop-mlp-cifar10', 'methods', 'half');
    expect(timedRuns(study, builtInMethods).map(({ seed }) => seed)).toEqual(Array.from({ length: 7 }, () => 1));
    const known = (seconds: number | null) => ({ epochs: 125, forecast: { seconds, secondsBasis: 'the basis' } });
    expect(timeWords(study, [known(125), known(1000)])).toBe(
      'About 1.0 s to 8.0 s an epoch, 56 min 15 s for all runs one after another, by the basis.',
    );
    expect(timeWords(study, [known(125)])).toContain('About 1.0 s an epoch');
    expect(timeWords(study, [known(125), known(null)])).toBe('Not known yet: the basis.');
  });

  it('say whether their dataset is there, and which page gets it', () => {
    const dataset = (state: DatasetDescription['state']) => ({ title: 'CIFAR-10', state }) as DatasetDescription;
    expect(datasetWords('cifar-10', dataset('ready'))).toEqual({ text: 'CIFAR-10, ready.', page: null });
    expect(datasetWords('cifar-10', dataset('missing'))).toMatchObject({ page: 'dataset' });
    expect(datasetWords('imagenet', undefined)).toMatchObject({ page: 'datasets' });
  });
});

describe('R_s against accuracy in the window', () => {
  it('draws runs, means and the dense line within the box; nothing where no sparse run has finished', () => {
    const group = (method: 'dense' | 'set', rs: number, testAccuracy: number) =>
      ({
        label: method,
        method,
        isSparse: method !== 'dense',
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
