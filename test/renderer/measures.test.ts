import { describe, expect, it } from 'vitest';
import { MEASURE_NAMES, isRecordedMeasure } from '../../src-main/contract/index.ts';
import { historyOf } from '../../src-main/topology/measures/history.ts';
import { measureHistories } from '../../src-main/topology/measures/index.ts';
import { measureRecorded } from '../../src-main/topology/measures/recorded.ts';
import { toRows } from '../../src-renderer/charts/lines.ts';
import { MEASURE_VIEWS, columnsOf, factsOf, linesOf, stepped, tablesOf } from '../../src-renderer/run/measure-views.ts';

const list = (...positions: number[]) => Float64Array.from(positions);
const history = {
  ...historyOf({ outputs: 2, inputs: 3 }, list(0, 1, 4), [
    { dropped: list(1, 4), grown: list(2, 4) },
    { dropped: list(0), grown: list(1) },
  ]),
  ...{ layer: 0, name: 'fc1' },
};
const record = {
  ...{ updates: [1, 2], lossBefore: [1, 1], lossAfter: [2, 2], recoverySteps: [3, Number.NaN] },
  layers: [
    {
      ...{ layer: 0, name: 'fc1', dropThreshold: [1, 1], gradientBefore: [1, 1], gradientAfter: [1, 1] },
      histogram: () => Uint32Array.from({ length: 12 * 38 }, (_, at) => (at === 20 ? 3 : 0)),
    },
  ],
};

describe('the views of measures', () => {
  it('are one of each measure', () => {
    expect(MEASURE_VIEWS.map(({ measure }) => measure).sort()).toEqual([...MEASURE_NAMES].sort());
  });

  it.each(MEASURE_VIEWS)('$measure draws columns that the measure has', (view) => {
    const { measure } = view;
    const measured = isRecordedMeasure(measure)
      ? measureRecorded(measure, record, {})
      : measureHistories(measure, [history], [history], {});
    const [{ table }] = tablesOf({ runId: 'aaaa', measure, ...measured });
    expect(measured.source).not.toBe('');
    for (const chart of view.charts) {
      expect(table.columns).toHaveProperty(view.x.column);
      const wanted = '*' in chart.columns ? 1 : Object.keys(chart.columns).length;
      expect(columnsOf(table, view, chart).length).toBeGreaterThanOrEqual(wanted);
      for (const line of linesOf(table, view, chart, ['red', 'blue'])) expect(line.x).toHaveLength(line.y.length);
    }
    for (const [label, value] of factsOf(table)) expect(`${label} ${value}`).not.toMatch(/NaN|undefined/);
  });

  it('offer the sum over layers where there is one and it says more than the layer', () => {
    const one = measureHistories('density', [history], null, {});
    const two = measureHistories('density', [history, { ...history, layer: 1, name: 'fc2' }], null, {});
    const labels = (measured: typeof one) =>
      tablesOf({ runId: 'aaaa', measure: 'density', ...measured }).map(({ label }) => label);
    expect(labels(one)).toEqual(['fc1']);
    expect(labels(two)).toEqual(['All layers', 'fc1', 'fc2']);
  });
});

describe('a stepped line', () => {
  it('holds each value up to the next, and its table has each x once', () => {
    const { x, y } = stepped([0, 1, 3], [1, 0.5, 0.2]);
    expect([x, y]).toEqual([
      [0, 1, 1, 3, 3],
      [1, 1, 0.5, 0.5, 0.2],
    ]);
    const [view] = MEASURE_VIEWS.filter(({ measure }) => measure === 'survival');
    const table = { columns: { age: [0, 1, 3], survival: [1, 0.5, 0.2] }, facts: {} };
    const { rows } = toRows(linesOf(table, view, view.charts[0], ['red']), 100);
    expect(rows).toEqual([
      { x: 0, values: [1] },
      { x: 1, values: [0.5] },
      { x: 3, values: [0.2] },
    ]);
  });
});
