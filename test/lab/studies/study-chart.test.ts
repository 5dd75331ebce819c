import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { StudyGroup, StudyResults } from '../../../src-main/contract/index.ts';
import { studyCharts } from '../../../src-main/lab/studies/charts/index.ts';
import { rsAccuracyChart } from '../../../src-main/lab/studies/charts/rs-accuracy.ts';
import { drawScatter } from '../../../src-main/lab/studies/charts/scatter.ts';
import { decimalsOf, ticksOver } from '../../../src-main/lab/studies/charts/ticks.ts';
import { estimate } from '../../../src-main/lab/studies/statistics.ts';

const NONE = { bestValidation: null, lastValidation: null, updates: null, seconds: null, trainFlopsRatio: null };

function group(
  {
    method,
    sparsity,
    updateEvery = null,
  }: { method: StudyGroup['method']; sparsity: number; updateEvery?: number | null },
  values: [rs: number, accuracy: number][],
): StudyGroup {
  const points = values.map(([rs, testAccuracy], at) => ({ runId: `run${at}`, seed: at + 1, rs, testAccuracy }));
  return {
    key: `${method} ${sparsity} ${updateEvery}`,
    title: method.toUpperCase(),
    label: method,
    method,
    methodTitle: method.toUpperCase(),
    isSparse: method !== 'dense',
    sparsity,
    varied: { updateEvery },
    seeds: points.map(({ seed }) => seed),
    runIds: points.map(({ runId }) => runId),
    finished: points.length,
    waiting: 0,
    leftOut: [],
    reachedSparsity: sparsity,
    warnings: [],
    measures: {
      ...NONE,
      rs: estimate(points.map(({ rs }) => rs)),
      testAccuracy: estimate(points.map(({ testAccuracy }) => testAccuracy)),
    },
    points,
    difference: null,
  };
}

const counts = { queued: 0, running: 0, paused: 0, finished: 0, diverged: 0, cancelled: 0, failed: 0, interrupted: 0 };
const resultsOf = (groups: StudyGroup[], name = 'SET & "five" <intervals>'): StudyResults => ({
  variedFields: { updateEvery: { label: 'Update interval', unit: 'steps' } },
  study: {
    ...{ id: 'abcd', name, createdAt: 0, runIds: [], total: 0, missing: 0, trashedRunIds: [], counts },
    definition: { name, base: {}, grid: {}, variants: [], seeds: [1] },
  },
  variedKeys: ['updateEvery'],
  groups,
  notes: [],
});

const sweep = resultsOf([
  group({ method: 'dense', sparsity: 0 }, [
    [1, 0.9],
    [1, 0.902],
  ]),
  group({ method: 'set', sparsity: 0.95, updateEvery: 30 }, [
    [0.99, 0.88],
    [0.98, 0.884],
  ]),
  group({ method: 'set', sparsity: 0.95, updateEvery: 300 }, [[0.5, 0.87]]),
  group({ method: 'rigl', sparsity: 0.95, updateEvery: 300 }, []),
]);

describe('R_s against accuracy', () => {
  it('has a series per sparse group with finished runs, and a line for dense', () => {
    const { series, references } = rsAccuracyChart(sweep);
    expect(series.map(({ label, colour, points }) => [label, colour, points.length])).toEqual([
      ['SET · Update interval 30 steps', 0, 2],
      ['SET · Update interval 300 steps', 1, 1],
    ]);
    expect(series[0].mean.y).toBeCloseTo(0.882, 12);
    expect(series[0].mean.xDeviation).toBeCloseTo(0.01 / Math.SQRT2, 12);
    expect(series[1].mean.yDeviation).toBeNull();
    expect(references).toHaveLength(1);
    expect(references[0].y).toBeCloseTo(0.901, 12);
  });

  it('keeps a variant’s colour over sparsities and tells those by shape', () => {
    const { series } = rsAccuracyChart(
      resultsOf([
        group({ method: 'set', sparsity: 0.95 }, [[0.9, 0.8]]),
        group({ method: 'rigl', sparsity: 0.95 }, [[0.8, 0.8]]),
        group({ method: 'set', sparsity: 0.98 }, [[0.5, 0.7]]),
      ]),
    );
    expect(series.map(({ label, colour, shape }) => [label, colour, shape])).toEqual([
      ['SET · 95%', 0, 0],
      ['RIGL · 95%', 1, 0],
      ['SET · 98%', 0, 1],
    ]);
  });

  it('is a picture that a strict reader of SVG takes', async () => {
    const svg = studyCharts['rs-accuracy'](sweep, 'svg');
    const { width, height, format } = await sharp(Buffer.from(svg)).metadata();
    expect(format).toBe('svg');
    expect(width).toBeGreaterThan(600);
    expect(height).toBeGreaterThan(400);
    await expect(sharp(Buffer.from(svg)).png().toBuffer()).resolves.toBeInstanceOf(Buffer);
    expect(svg).toContain('<title>SET &amp; &quot;five&quot; &lt;intervals&gt;</title>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has its numbers in full precision, a line per run', () => {
    const lines = studyCharts['rs-accuracy'](sweep, 'csv').split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe(
      'label,method,sparsity,updateEvery,seed,runId,status,rs,testAccuracy,rsMean,rsDeviation,testAccuracyMean,testAccuracyDeviation,n',
    );
    expect(lines[3]).toMatch(/^SET,set,0\.95,30,1,run0,finished,0\.99,0\.88,0\.985,0\.00707\d+,0\.882,0\.0028\d+,2$/);
    expect(lines[5]).toBe('SET,set,0.95,300,1,run0,finished,0.5,0.87,0.5,,0.87,,1');
  });

  it('says that nothing can be drawn yet', () => {
    expect(() => studyCharts['rs-accuracy'](resultsOf([group({ method: 'set', sparsity: 0.9 }, [])]), 'svg')).toThrow(
      'has finished with an R_s and a test accuracy',
    );
  });

  it('draws a single run: both axes have a width', () => {
    const svg = drawScatter(rsAccuracyChart(resultsOf([group({ method: 'set', sparsity: 0.9 }, [[0.5, 0.9]])])));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('ticks', () => {
  it.each([
    [0, 1, [0, 0.25, 0.5, 0.75, 1]],
    [0.871, 0.9, [0.87, 0.875, 0.88, 0.885, 0.89, 0.895, 0.9]],
    [0.12, 0.98, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [3, 3, [2.7, 2.8, 2.9, 3, 3.1, 3.2, 3.3]],
  ])('from %d to %d', (low, high, ticks) => {
    expect(ticksOver(low, high)).toEqual(ticks);
  });

  it('are told apart by their decimals', () => {
    expect(decimalsOf([0, 0.25, 0.5])).toBe(2);
    expect(decimalsOf([0.87, 0.875], 100)).toBe(1);
    expect(decimalsOf([0.8, 0.9], 100)).toBe(0);
  });
});
