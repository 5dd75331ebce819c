import type { LogLine, SeriesPoint } from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import type { RunBatch } from '../../store/records.ts';
import type { LabEmitter } from '../events.ts';

const FLUSH_MILLISECONDS = 250;

/** What is handed over settles with whether it is stored; where it could not be, `onFailure` heard of it. */
export interface Recorder {
  points(runId: string, points: SeriesPoint[]): Promise<boolean>;
  log(runId: string, level: LogLine['level'], text: string): Promise<boolean>;
  /** Hands what is pending to the store and tells listeners once it is there. Never rejects. */
  flush(): Promise<void>;
}

/**
 * Collects what runs have to say and writes it four times a second, all runs in one transaction. `onFailure` hears of
 * a run whose data could not be stored.
 */
export function createRecorder(
  store: Store,
  events: LabEmitter,
  onFailure: (runId: string, error: Error) => void,
): Recorder {
  let pending = new Map<string, RunBatch>();
  let waiting: { runId: string; settle(isStored: boolean): void }[] = [];
  let timer: NodeJS.Timeout | null = null;

  /** Adds to what is pending. */
  const add = (runId: string, change: (batch: RunBatch) => void): Promise<boolean> => {
    const batch = pending.get(runId) ?? { runId, points: [], lines: [] };
    pending.set(runId, batch);
    change(batch);
    timer ??= setTimeout(() => void flush(), FLUSH_MILLISECONDS);
    return new Promise((settle) => waiting.push({ runId, settle }));
  };

  /** Returns what could be stored. One run's bad batch must not cost the others theirs. */
  const append = async (batches: RunBatch[]): Promise<RunBatch[]> => {
    try {
      await store.write.appendBatches(batches);
      return batches;
    } catch (error) {
      if (batches.length > 1) return (await Promise.all(batches.map((batch) => append([batch])))).flat();
      onFailure(batches[0].runId, error instanceof Error ? error : new Error(String(error)));
      return [];
    }
  };

  const flush = async (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (pending.size === 0) return;
    const batches = [...pending.values()];
    const answered = waiting;
    pending = new Map();
    waiting = [];
    const stored = await append(batches);
    const storedRuns = new Set(stored.map(({ runId }) => runId));
    for (const { runId, settle } of answered) settle(storedRuns.has(runId));
    const appended = stored.filter(({ points }) => points.length > 0).map(({ runId, points }) => ({ runId, points }));
    if (appended.length > 0) events.emit('points-appended', appended);
    for (const { runId, lines } of stored) if (lines.length > 0) events.emit('log-appended', { runId, lines });
  };

  return {
    points: (runId, points) =>
      add(runId, (batch) => {
        for (const point of points) batch.points.push(point);
      }),
    log: (runId, level, text) => add(runId, ({ lines }) => void lines.push({ at: Date.now(), level, text })),
    flush,
  };
}
