import { Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import type { RunListItem } from '../contract/index.ts';
import { createActivityTracker, describeEnd, type Activity, type EndedRun } from './activity.ts';

export interface Attention {
  runsChanged(items: readonly RunListItem[]): void;
  activity(): Activity;
}

export interface AttentionOptions {
  window(): BrowserWindow | null;
  /** A notification was clicked. */
  openRun(runId: string): void;
}

/** Follows the runs: keeps the machine awake, shows progress on the taskbar, tells of ends when nobody is looking. */
export function createAttention({ window, openRun }: AttentionOptions): Attention {
  const tracker = createActivityTracker();
  // Kept until clicked or closed: a collected notification loses its click.
  const shown = new Set<Notification>();
  let blocker: number | null = null;

  const keepAwake = (wanted: boolean) => {
    if (wanted === (blocker !== null)) return;
    if (blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    else {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };

  const notify = (ended: EndedRun) => {
    if (window()?.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification(describeEnd(ended));
    shown.add(notification);
    notification.on('close', () => shown.delete(notification));
    notification.on('click', () => {
      shown.delete(notification);
      openRun(ended.item.id);
    });
    notification.show();
  };

  return {
    runsChanged(items) {
      for (const ended of tracker.update(items)) notify(ended);
      const { training, progress } = tracker.current();
      keepAwake(training > 0);
      window()?.setProgressBar(progress ?? -1);
    },
    activity: tracker.current,
  };
}
