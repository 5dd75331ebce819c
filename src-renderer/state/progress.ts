import type { RunListItem } from '../../src-main/contract/index.ts';

/** Share of the training that is done, 0 to 1. */
export function progressOf(run: RunListItem): number {
  return run.progress.totalSteps > 0 ? Math.min(1, run.progress.step / run.progress.totalSteps) : 0;
}
