import type { RunStatus } from '../../src-main/contract/index.ts';

/** What a run's status is called wherever the window shows it by itself. */
export const statusWords: Record<RunStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  diverged: 'Diverged',
  cancelled: 'Cancelled',
  failed: 'Failed',
  interrupted: 'Interrupted',
};
