import type { LabEvents, RunListItem } from '../contract/index.ts';
import type { LabEvent } from './messages.ts';

/** About one frame: what happens within it goes to the window as one message. */
const BATCH_MILLISECONDS = 16;

export interface EventBatches {
  add(event: LabEvent): void;
  /** Sends what is waiting now, and nothing more after that. */
  close(): void;
}

/** Collects events for a frame's time and hands them on together, superseded ones left out. */
export function createEventBatches(send: (batch: LabEvent[]) => void): EventBatches {
  let waiting: LabEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let closed = false;

  const flush = () => {
    timer = null;
    const batch = condense(waiting);
    waiting = [];
    if (batch.length > 0) send(batch);
  };

  return {
    add(event) {
      if (closed) return;
      waiting.push(event);
      timer ??= setTimeout(flush, BATCH_MILLISECONDS);
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      flush();
    },
  };
}

/**
 * The same story in fewer messages: neighbouring changes of runs become one, of which each run's latest counts;
 * neighbouring points and log lines are joined; only the last list of datasets and the last progress of an import stay. Order between kinds is kept.
 */
export function condense(events: readonly LabEvent[]): LabEvent[] {
  const condensed: LabEvent[] = [];
  for (const next of events) {
    const last = condensed.at(-1);
    const joined = last ? join(last, next) : null;
    if (joined) condensed[condensed.length - 1] = joined;
    else condensed.push(next);
  }
  return condensed;
}

function join(last: LabEvent, next: LabEvent): LabEvent | null {
  if (last.event === 'runs-changed' && next.event === 'runs-changed') {
    return { event: 'runs-changed', payload: latestOfEach([...last.payload, ...next.payload]) };
  }
  if (last.event === 'points-appended' && next.event === 'points-appended') {
    return { event: 'points-appended', payload: joinPoints([...last.payload, ...next.payload]) };
  }
  if (last.event === 'log-appended' && next.event === 'log-appended' && last.payload.runId === next.payload.runId) {
    const lines = [...last.payload.lines, ...next.payload.lines];
    return { event: 'log-appended', payload: { runId: last.payload.runId, lines } };
  }
  if (last.event === 'datasets-changed' && next.event === 'datasets-changed') return next;
  if (last.event === 'import-progress' && next.event === 'import-progress') return next;
  return null;
}

function latestOfEach(items: readonly RunListItem[]): RunListItem[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

function joinPoints(batches: LabEvents['points-appended']): LabEvents['points-appended'] {
  const byRun = new Map<string, LabEvents['points-appended'][number]['points']>();
  for (const { runId, points } of batches) byRun.set(runId, [...(byRun.get(runId) ?? []), ...points]);
  return [...byRun].map(([runId, points]) => ({ runId, points }));
}
