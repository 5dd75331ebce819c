import { RUN_STATUSES } from './runs.ts';
import type { StudyGroup } from './study-results.ts';

/** `2 diverged`, `1 failed`: the runs that are in no mean, by what became of them. */
export const countsOf = (leftOut: StudyGroup['leftOut']): string[] =>
  RUN_STATUSES.map((status) => ({ status, count: leftOut.filter((run) => run.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`);

/** `1 of 2, 1 diverged`. */
export const runsWords = ({ finished, runIds, leftOut }: StudyGroup): string =>
  [`${finished} of ${runIds.length}`, ...countsOf(leftOut)].join(', ');
