import type { DenseDifference, RunStatus, SampleEstimate, StudyListItem } from '../../src-main/contract/index.ts';
import { NOTHING, plural, points } from '../ui/format.ts';

/** 0.9512 ± 0.0012 over 3 seeds reads `95.12 ± 0.12 (3)`, in percent. */
export function spread(found: SampleEstimate | null): string {
  if (!found) return NOTHING;
  const around = found.deviation === null ? '' : ` ± ${(found.deviation * 100).toFixed(2)}`;
  return `${(found.mean * 100).toFixed(2)}${around} (${found.n})`;
}

/** In percentage points, with half the 95% interval; below three pairs without. */
export function differenceWords(found: DenseDifference | null): string {
  if (!found) return NOTHING;
  const around = found.halfWidth === null ? '' : ` ± ${(found.halfWidth * 100).toFixed(2)}`;
  return `${points(found.mean)}${around} (${found.n})`;
}

const ORDER: readonly RunStatus[] = ['running', 'paused', 'queued', 'interrupted', 'failed', 'diverged', 'cancelled'];

/** `7 of 9 runs finished, 1 running, 1 failed`. */
export function progressWords({ counts, total, trashedRunIds }: StudyListItem): string {
  const others = ORDER.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  if (trashedRunIds.length > 0) others.push(`${trashedRunIds.length} in the trash`);
  return [`${counts.finished} of ${plural(total, 'run')} finished`, ...others].join(', ');
}

/** Whether resuming would queue anything. */
export const canResumeStudy = ({ counts, trashedRunIds }: StudyListItem): boolean =>
  counts.interrupted + counts.failed + counts.cancelled + counts.paused + trashedRunIds.length > 0;
