import type { OnProgress } from '../../datasets/source-data.ts';

/** What takes less is not worth a line. */
const QUIET_MILLISECONDS = 1000;
const TELL_EVERY_MILLISECONDS = 30_000;

/** What comes before training, such as comparing image files, in lines for the run's log: a few of what takes long. */
export function createPreparationLog(write: (text: string) => void): OnProgress {
  let next = performance.now() + QUIET_MILLISECONDS;
  return ({ text, share }) => {
    const now = performance.now();
    if (now < next) return;
    next = now + TELL_EVERY_MILLISECONDS;
    write(`${text}: ${Math.floor(100 * share)}% so far.`);
  };
}
