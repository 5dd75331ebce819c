import { RUN_STATUSES, type StudyGroup } from '../contract/index.ts';

/** `2 diverged`, `1 failed`: the runs that are in no mean, by what became of them. */
export const countsOf = (leftOut: StudyGroup['leftOut']): string[] =>
  RUN_STATUSES.map((status) => ({ status, count: leftOut.filter((run) => run.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`);
