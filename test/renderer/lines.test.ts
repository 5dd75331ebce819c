import { expect, onTestFinished, test, vi } from 'vitest';
import type { Series } from '../../src-main/contract/index.ts';
import { buildLines, dataEnd, type Curve } from '../../src-renderer/charts/chart-lines.ts';
import { hasPointWithin, toLine, toRows, valuesAtEnds } from '../../src-renderer/charts/lines.ts';
import { lookOfMetric, orderMetrics } from '../../src-renderer/charts/metrics.ts';
import { lookOf, withAlpha } from '../../src-renderer/ui/palette.ts';
import { rangeAfter } from '../../src-renderer/charts/zoom.ts';
import { seriesKey } from '../../src-renderer/state/series.ts';

const style = { id: 'a', label: 'A', colour: 'rgb(1, 2, 3)', width: 2, dash: [], marker: null };

function series(steps: number[], values: number[]): Series {
  return {
    runId: 'r0001',
    metric: 'train/loss',
    steps: Float64Array.from(steps),
    values: Float64Array.from(values),
    totalPoints: steps.length,
    lastStep: steps.at(-1) ?? null,
    downsampled: false,
  };
}

test('NaN and infinity draw a gap and are marked where they are', () => {
  const line = toLine(series([1, 2, 3, 4], [1, NaN, Infinity, 2]), null, 0, style);
  expect([...Array.from(line.y)]).toEqual([1, NaN, NaN, 2]);
  expect(line.gaps).toEqual([2, 3]);
});

test('gaps are marked on the axis shown, not at the step', () => {
  const line = toLine(series([10, 20], [1, NaN]), { steps: [10, 20], values: [0.5, 1] }, 0, style);
  expect(line.gaps).toEqual([1]);
});

test('the raw curve goes along only where something was smoothed', () => {
  const points = series([1, 2, 3], [1, 5, 1]);
  expect(toLine(points, null, 0, style).raw).toBeNull();
  expect(Array.from(toLine(points, null, 0.5, style).raw ?? [])).toEqual([1, 5, 1]);
});

test('the table of a chart joins lines by x and keeps unsmoothed values', () => {
  const one = toLine(series([1, 2, 3], [10, 20, 30]), null, 0.9, style);
  const two = toLine(series([2, 4], [5, 6]), null, 0, { ...style, id: 'b' });
  expect(toRows([one, two], 100).rows).toEqual([
    { x: 1, values: [10, null] },
    { x: 2, values: [20, 5] },
    { x: 3, values: [30, null] },
    { x: 4, values: [null, 6] },
  ]);
});

test('a long table is thinned evenly, with its first and last row', () => {
  const steps = Array.from({ length: 1001 }, (_, i) => i);
  const { rows, total } = toRows([toLine(series(steps, steps), null, 0, style)], 11);
  expect(total).toBe(1001);
  expect(rows.map((row) => row.x)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
});

test('the first eight runs differ by colour, those after also by dash and marker', () => {
  expect(new Set(Array.from({ length: 8 }, (_, i) => lookOf(i).token)).size).toBe(8);
  expect(lookOf(3).hasMarker).toBe(false);
  expect(lookOf(11).token).toBe(lookOf(3).token);
  expect(lookOf(11)).toMatchObject({ hasMarker: true, dash: [7, 3] });
  expect(withAlpha('rgb(10, 20, 30)', 0.25)).toBe('rgba(10, 20, 30, 0.25)');
});

test('metrics are named, formatted and offered in the order people come for them', () => {
  expect(lookOfMetric('validation/accuracy').format(0.9512)).toBe('95.12 %');
  expect(lookOfMetric('rs/fc1').label).toBe('R_s (explored share), fc1');
  expect(lookOfMetric('custom/thing').label).toBe('custom/thing');
  expect(orderMetrics(['zeta', 'rs', 'validation/accuracy', 'rs', 'alpha'])).toEqual([
    'validation/accuracy',
    'rs',
    'alpha',
    'zeta',
  ]);
});

const curve: Curve = {
  runId: 'r0001',
  metric: 'train/loss',
  label: 'A',
  token: '--run-0',
  ...{ dash: [], marker: null, width: 1 },
};

test('a line that only crosses a range has no point there, and is worth what lies between its points', () => {
  const line = toLine(series([0, 100, 200], [4, 2, NaN]), null, 0, style);
  expect(hasPointWithin(line, { from: 100, to: 120 })).toBe(true);
  expect(hasPointWithin(line, { from: 10, to: 60 })).toBe(false);
  expect(valuesAtEnds([line], { from: 25, to: 50 })).toEqual([3.5, 3]);
  expect(valuesAtEnds([line], { from: 50, to: 150 })).toEqual([3]);
  expect(valuesAtEnds([line], { from: 500, to: 600 })).toEqual([]);
});

test('the data end where the last point of any run stands on the axis, also when only a part of it was read', () => {
  const part = { ...series([10, 20], [1, 2]), lastStep: 1000 };
  const table = new Map([[seriesKey('r0001', 'train/loss'), part]]);
  expect(dataEnd([curve], table, new Map(), 'step')).toBe(1000);
  const clock = { ...series([100, 1000], [1, 10]), metric: 'clock/epoch' };
  expect(dataEnd([curve], table, new Map([[seriesKey('r0001', 'clock/epoch'), clock]]), 'epoch')).toBe(10);
  expect(dataEnd([curve], new Map(), new Map(), 'step')).toBeNull();
});

test('keys zoom and move within the data, and back out to all of them', () => {
  const shown = { from: 40, to: 60 };
  expect(rangeAfter('+', shown, 100)).toEqual({ from: 45, to: 55 });
  expect(rangeAfter('-', shown, 100)).toEqual({ from: 30, to: 70 });
  expect(rangeAfter('-', { from: 10, to: 90 }, 100)).toBeNull();
  expect(rangeAfter('ArrowRight', shown, 100)).toEqual({ from: 45, to: 65 });
  expect(rangeAfter('ArrowRight', { from: 78, to: 98 }, 100)).toEqual({ from: 80, to: 100 });
  expect(rangeAfter('ArrowRight', { from: 80, to: 100 }, 100)).toEqual({ from: 80, to: 100 });
  expect(rangeAfter('ArrowLeft', { from: 2, to: 22 }, 100)).toEqual({ from: 0, to: 20 });
  expect(rangeAfter('ArrowRight', { from: 0, to: 100 }, 100)).toBeNull();
  expect(rangeAfter('0', shown, 100)).toBeNull();
  expect(rangeAfter('x', shown, 100)).toBeUndefined();
});

test('a colour is looked up once a theme, however many curves have it', () => {
  let theme = 'light';
  let looks = 0;
  vi.stubGlobal('document', {
    createElement: () => ({ style: { color: '' }, hidden: false, remove: () => undefined }),
    body: { append: () => undefined },
  });
  vi.stubGlobal('getComputedStyle', (element: { style: { color: string } }) => {
    looks++;
    return { color: `${theme} ${element.style.color}` };
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const many = Array.from({ length: 500 }, (_, at) => ({ ...curve, runId: `r${at}`, token: `--run-${at % 8}` }));
  const table = new Map(many.map(({ runId }) => [seriesKey(runId, 'train/loss'), series([1], [1])]));
  const draw = () => buildLines(many, table, new Map(), 'step', 0).map(({ colour }) => colour);
  expect(draw()[9]).toBe('light var(--run-1)');
  draw();
  expect(looks).toBeLessThan(12);
  theme = 'dark';
  expect(draw()[9]).toBe('dark var(--run-1)');
});
