import type { RunListItem, RunStatus } from '../contract/index.ts';

/** What the desktop around the window needs to know of the runs. */
export interface Activity {
  /** Runs that hold the processor now. */
  training: number;
  /** Runs that would go on by themselves: training, or queued behind one that is. */
  unfinished: number;
  /** Mean progress of the training runs, 0 to 1; null where nothing trains. */
  progress: number | null;
}

/** A run that has just come to its end. */
export interface EndedRun {
  item: RunListItem;
  outcome: 'finished' | 'failed';
}

export interface ActivityTracker {
  /** Takes in changed runs. Returns those that ended by themselves since they were last seen. */
  update(items: readonly RunListItem[]): EndedRun[];
  current(): Activity;
}

const OUTCOMES: Partial<Record<RunStatus, EndedRun['outcome']>> = { finished: 'finished', failed: 'failed' };

export function createActivityTracker(): ActivityTracker {
  const active = new Map<string, RunListItem>();

  return {
    update(items) {
      const ended: EndedRun[] = [];
      for (const item of items) {
        const wasActive = active.has(item.id);
        const outcome = OUTCOMES[item.status];
        if (wasActive && outcome) ended.push({ item, outcome });
        if (item.status === 'running' || item.status === 'queued') active.set(item.id, item);
        else active.delete(item.id);
      }
      return ended;
    },
    current() {
      const training = [...active.values()].filter(({ status }) => status === 'running');
      const shares = training.map(({ progress }) => progress.step / Math.max(1, progress.totalSteps));
      return {
        training: training.length,
        unfinished: active.size,
        progress: training.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / training.length,
      };
    },
  };
}

/** Words of the notification. */
export function describeEnd({ item, outcome }: EndedRun): { title: string; body: string } {
  if (outcome === 'failed') return { title: `${item.name} failed`, body: item.failure ?? 'Its log says more.' };
  const accuracy = item.final ? `Test accuracy ${(100 * item.final.testAccuracy).toFixed(2)} %` : 'It is done.';
  return { title: `${item.name} finished`, body: accuracy };
}
