import { describe, expect, it } from 'vitest';
import type { StudyGroup, StudyResults } from '../../../src-main/contract/index.ts';
import { escapeLatex, formatStudy } from '../../../src-main/lab/studies/study-formats.ts';

const measures = (accuracy: number, rs: number, updates: number): StudyGroup['measures'] => ({
  testAccuracy: { n: 3, mean: accuracy, deviation: 0.0012 },
  bestValidation: { n: 3, mean: accuracy + 0.004, deviation: 0.0009 },
  lastValidation: { n: 3, mean: accuracy + 0.002, deviation: 0.001 },
  rs: { n: 3, mean: rs, deviation: 0.001 },
  updates: { n: 3, mean: updates, deviation: 0 },
  seconds: { n: 3, mean: 31.44, deviation: 0.5 },
  trainFlopsRatio: { n: 3, mean: updates > 0 ? 0.0534 : 1, deviation: 0 },
});

const group = (change: Partial<StudyGroup>): StudyGroup => ({
  key: 'k',
  title: 'Dense',
  label: 'Dense',
  method: 'dense',
  methodTitle: change.title ?? 'Dense',
  isSparse: change.method !== undefined,
  sparsity: 0,
  varied: { updateEvery: null },
  seeds: [1, 2, 3],
  runIds: ['aaaa', 'bbbb', 'cccc'],
  finished: 3,
  waiting: 0,
  leftOut: [],
  reachedSparsity: change.sparsity ?? 0,
  warnings: [],
  points: [],
  measures: measures(0.8951, 1, 0),
  difference: null,
  ...change,
});

const results: StudyResults = {
  study: {
    id: 'abcd1234',
    name: 'Golden',
    definition: { name: 'Golden', base: {}, grid: {}, variants: [], seeds: [1, 2, 3] },
    createdAt: 0,
    runIds: [],
    total: 9,
    counts: { queued: 0, running: 0, paused: 0, finished: 8, diverged: 0, cancelled: 0, failed: 1, interrupted: 0 },
    trashedRunIds: [],
  },
  variedKeys: ['updateEvery'],
  variedFields: { updateEvery: { label: 'Update interval', unit: 'steps' } },
  groups: [
    group({}),
    group({
      key: 's',
      title: 'SET',
      label: 'SET · 95%',
      method: 'set',
      sparsity: 0.95,
      varied: { updateEvery: 100 },
      measures: measures(0.8853, 0.912, 84),
      difference: { n: 3, mean: -0.0098, deviation: 0.001, halfWidth: 0.0024841, denseKey: 'k', statement: 'n = 3: …' },
    }),
    group({
      key: 'r',
      title: 'RigL',
      label: 'RigL · 99.75%',
      method: 'rigl',
      sparsity: 0.9975,
      varied: { updateEvery: 250 },
      measures: {
        ...measures(0.81, 0.4, 33),
        testAccuracy: { n: 1, mean: 0.81, deviation: null },
        lastValidation: null,
      },
      difference: { n: 2, mean: 0.00001, deviation: 0.001, halfWidth: null, denseKey: 'k', statement: '=n, "2"' },
    }),
  ],
  notes: ['Left out: 100% of a_b & c.'],
};

describe('the table of a study', () => {
  it('as LaTeX for booktabs', () => {
    expect(formatStudy(results, 'latex')).toBe(String.raw`% \usepackage{booktabs}
% Left out: 100% of a_b & c.
\begin{tabular}{lrrrrrrrrrr}
\toprule
Method & Sparsity & updateEvery & Test accuracy \% & Best validation \% & Last validation \% & Difference to dense & $R_s$ & Updates & Seconds & Train FLOPs \\
\midrule
Dense & -- & -- & $89.51 \pm 0.12$ (3) & $89.91 \pm 0.09$ (3) & $89.71 \pm 0.10$ (3) & -- & 1.000 & 0 & 31.4 & $1.000\times$ \\
SET & 95\% & 100 & $88.53 \pm 0.12$ (3) & $88.93 \pm 0.09$ (3) & $88.73 \pm 0.10$ (3) & $-0.98 \pm 0.25$ (3) & 0.912 & 84 & 31.4 & $0.053\times$ \\
RigL & 99.75\% & 250 & $81.00$ (1) & $81.40 \pm 0.09$ (3) & -- & $+0.00$ (2, no interval) & 0.400 & 33 & 31.4 & $0.053\times$ \\
\bottomrule
\end{tabular}
`);
  });

  it('as Markdown', () => {
    expect(formatStudy(results, 'markdown')).toBe(`\
| Method | Sparsity | updateEvery | Test accuracy % | Best validation % | Last validation % | Difference to dense | R_s | Updates | Seconds | Train FLOPs |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| Dense | – | – | 89.51 ± 0.12 (3) | 89.91 ± 0.09 (3) | 89.71 ± 0.10 (3) | – | 1.000 | 0 | 31.4 | 1.000× |
| SET | 95% | 100 | 88.53 ± 0.12 (3) | 88.93 ± 0.09 (3) | 88.73 ± 0.10 (3) | −0.98 ± 0.25 (3) | 0.912 | 84 | 31.4 | 0.053× |
| RigL | 99.75% | 250 | 81.00 (1) | 81.40 ± 0.09 (3) | – | +0.00 (2, no interval) | 0.400 | 33 | 31.4 | 0.053× |

- Left out: 100% of a_b & c.
`);
  });

  it('as CSV in full precision, where a spreadsheet takes nothing for a formula', () => {
    const [head, , set, rigl, end] = formatStudy(results, 'csv').split('\r\n');
    const columns = head.split(',');
    const cell = (line: string, name: string): string => line.split(',')[columns.indexOf(name)];
    expect(cell(set, 'differenceHalfWidth95')).toBe('0.0024841');
    expect(cell(set, 'testAccuracyMean')).toBe('0.8853');
    expect(cell(rigl, 'testAccuracyDeviation')).toBe('');
    expect(rigl).toContain(`"'=n, ""2"""`);
    expect(end).toBe('');
  });

  it('as JSON', () => {
    expect((JSON.parse(formatStudy(results, 'json')) as StudyResults).groups).toHaveLength(3);
  });
});

it('a label is escaped for LaTeX', () => {
  expect(escapeLatex('a_b & 5% {c} #1 $x ~ \\ ±')).toBe(
    'a\\_b \\& 5\\% \\{c\\} \\#1 \\$x \\textasciitilde{} \\textbackslash{} $\\pm$',
  );
});
