import { expect, test } from 'vitest';
import type { ImportProgress } from '../../src-main/contract/index.ts';
import { createProgressMeter } from '../../src-main/datasets/import/progress-meter.ts';

function setUp(unit?: ImportProgress['unit']) {
  const told: ImportProgress[] = [];
  const clock = { now: 5000 };
  const meter = createProgressMeter(
    (progress) => told.push(progress),
    unit,
    () => clock.now,
  );
  return {
    told,
    at(milliseconds: number, done: number, total = 1000, text = 'Reading images') {
      clock.now = 5000 + milliseconds;
      meter(text, done, total);
      return told.at(-1);
    },
  };
}

test('the time left goes by the average rate, once a second has passed', () => {
  const { at } = setUp();
  expect(at(0, 0)).toEqual({ text: 'Reading images', unit: 'images', done: 0, total: 1000, secondsLeft: null });
  expect(at(900, 90)?.secondsLeft).toBeNull();
  expect(at(1000, 100)?.secondsLeft).toBe(9);
  // The first half took 2 s, so the second will.
  expect(at(2000, 500)?.secondsLeft).toBe(2);
  expect(at(4000, 1000)?.secondsLeft).toBeNull();
});

test('what was there at the start does not count as made', () => {
  const { at } = setUp('bytes');
  at(0, 400);
  // 100 in 2 s: the remaining 500 take 10.
  expect(at(2000, 500)).toMatchObject({ unit: 'bytes', secondsLeft: 10 });
});

test('where nothing was made yet, no time is told', () => {
  const { at } = setUp();
  at(0, 400);
  expect(at(3000, 400)?.secondsLeft).toBeNull();
});

test('each step is measured by itself', () => {
  const { at } = setUp();
  at(0, 0, 0, 'Looking through the files');
  expect(at(60_000, 0)?.secondsLeft).toBeNull();
  expect(at(61_000, 100)?.secondsLeft).toBe(9);
});

test('tells ten times a second at most, but the end and the next step always', () => {
  const { told, at } = setUp();
  for (let milliseconds = 0; milliseconds <= 500; milliseconds += 10) at(milliseconds, milliseconds);
  expect(told.map(({ done }) => done)).toEqual([0, 100, 200, 300, 400, 500]);
  at(510, 1000);
  at(520, 0, 50, 'Comparing');
  expect(told.slice(-2).map(({ text, done }) => [text, done])).toEqual([
    ['Reading images', 1000],
    ['Comparing', 0],
  ]);
});
