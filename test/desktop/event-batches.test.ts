import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RunListItem } from '../../src-main/contract/index.ts';
import { createEventBatches, condense } from '../../src-main/desktop/event-batches.ts';
import type { LabEvent } from '../../src-main/desktop/messages.ts';

const run = (id: string, steps: number) => ({ id, steps }) as RunListItem;
const changed = (...items: RunListItem[]): LabEvent => ({ event: 'runs-changed', payload: items });
const points = (runId: string, ...steps: number[]): LabEvent => ({
  event: 'points-appended',
  payload: [{ runId, points: steps.map((step) => ({ metric: 'train/loss', step, value: 1 })) }],
});

describe('condensing', () => {
  test('of neighbouring changes each run’s latest counts', () => {
    expect(condense([changed(run('a', 1), run('b', 1)), changed(run('a', 2))])).toEqual([
      changed(run('a', 2), run('b', 1)),
    ]);
  });

  test('points are joined by run, in order', () => {
    const [only, ...rest] = condense([points('a', 1, 2), points('b', 1), points('a', 3)]);
    expect(rest).toEqual([]);
    expect(only).toEqual({
      event: 'points-appended',
      payload: [...payloadOf(points('a', 1, 2, 3)), ...payloadOf(points('b', 1))],
    });
  });

  test('log lines are joined only within a run', () => {
    const line = (runId: string, text: string): LabEvent => ({
      event: 'log-appended',
      payload: { runId, lines: [{ at: 0, level: 'info', text }] },
    });
    const condensed = condense([line('a', '1'), line('a', '2'), line('b', '3')]);
    expect(condensed.map(({ payload }) => (payload as { lines: unknown[] }).lines.length)).toEqual([2, 1]);
  });

  test('kinds keep their order: a change after a removal stays after it', () => {
    const removed: LabEvent = { event: 'runs-removed', payload: ['a'] };
    const story = [changed(run('a', 1)), removed, changed(run('a', 2))];
    expect(condense(story)).toEqual(story);
  });

  test('every mask update is told', () => {
    const update = (step: number): LabEvent => ({ event: 'mask-updated', payload: { runId: 'a', update: step, step } });
    expect(condense([update(1), update(2)])).toHaveLength(2);
  });

  const payloadOf = (event: LabEvent) => event.payload as object[];
});

describe('batches', () => {
  test('one message for what happens within a frame', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const sent: LabEvent[][] = [];
    const batches = createEventBatches((batch) => sent.push(batch));
    for (let step = 0; step < 100; step++) batches.add(changed(run('a', step)));
    vi.advanceTimersByTime(15);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([[changed(run('a', 99))]]);
    batches.add(changed(run('a', 100)));
    vi.advanceTimersByTime(16);
    expect(sent).toHaveLength(2);
  });

  test('closing sends what waits, and nothing after', () => {
    const sent: LabEvent[][] = [];
    const batches = createEventBatches((batch) => sent.push(batch));
    batches.add(changed(run('a', 1)));
    batches.close();
    batches.add(changed(run('a', 2)));
    batches.close();
    expect(sent).toEqual([[changed(run('a', 1))]]);
  });
});
