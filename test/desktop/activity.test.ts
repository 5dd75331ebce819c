import { describe, expect, test } from 'vitest';
import type { RunListItem, RunStatus } from '../../src-main/contract/index.ts';
import { createActivityTracker, describeEnd } from '../../src-main/desktop/activity.ts';

const run = (id: string, status: RunStatus, step = 0, more: Partial<RunListItem> = {}) =>
  ({ id, name: `run ${id}`, status, progress: { step, totalSteps: 100 }, ...more }) as RunListItem;

test('counts what trains and what waits, and averages the progress of what trains', () => {
  const tracker = createActivityTracker();
  tracker.update([run('a', 'running', 20), run('b', 'running', 60), run('c', 'queued'), run('d', 'paused', 90)]);
  expect(tracker.current()).toEqual({ training: 2, unfinished: 3, progress: 0.4 });
  tracker.update([run('a', 'paused', 30), run('c', 'cancelled')]);
  expect(tracker.current()).toEqual({ training: 1, unfinished: 1, progress: 0.6 });
  tracker.update([run('b', 'finished', 100)]);
  expect(tracker.current()).toEqual({ training: 0, unfinished: 0, progress: null });
});

describe('ends that are worth telling', () => {
  test('a run seen at work that finishes or fails, once', () => {
    const tracker = createActivityTracker();
    tracker.update([run('a', 'running'), run('b', 'running')]);
    const ended = tracker.update([run('a', 'finished', 100), run('b', 'failed')]);
    expect(ended.map(({ item, outcome }) => [item.id, outcome])).toEqual([
      ['a', 'finished'],
      ['b', 'failed'],
    ]);
    expect(tracker.update([run('a', 'finished', 100)])).toEqual([]);
  });

  test('not what the person did, and not what ended before', () => {
    const tracker = createActivityTracker();
    expect(tracker.update([run('old', 'finished'), run('a', 'running'), run('b', 'running')])).toEqual([]);
    expect(tracker.update([run('a', 'cancelled'), run('b', 'interrupted')])).toEqual([]);
  });

  test('words', () => {
    const final = { testAccuracy: 0.93456, testLoss: 0.2 };
    expect(describeEnd({ item: run('a', 'finished', 100, { final }), outcome: 'finished' })).toEqual({
      title: 'run a finished',
      body: 'Test accuracy 93.46 %',
    });
    expect(describeEnd({ item: run('a', 'failed', 1, { failure: 'Out of memory.' }), outcome: 'failed' })).toEqual({
      title: 'run a failed',
      body: 'Out of memory.',
    });
  });
});
