import type { ImportProgress } from '../../contract/index.ts';

const TELL_EVERY_MILLISECONDS = 100;
/** Before this the rate says little. */
const ESTIMATE_AFTER_MILLISECONDS = 1000;

/**
 * Tells progress a few times a second, the end always, with the time left at the average rate so far.
 * @param now a clock in milliseconds
 */
export function createProgressMeter(
  tell: (progress: ImportProgress) => void,
  unit: ImportProgress['unit'] = 'images',
  now: () => number = () => performance.now(),
): (text: string, done: number, total: number) => void {
  let startedAt: number | null = null;
  let startedWith = 0;
  let toldAt = -Infinity;
  let toldText = '';
  return (text, done, total) => {
    const at = now();
    if (text !== toldText) {
      startedAt = at;
      startedWith = done;
    }
    if (text === toldText && done < total && at - toldAt < TELL_EVERY_MILLISECONDS) return;
    const elapsed = at - (startedAt ?? at);
    const made = done - startedWith;
    const canEstimate = elapsed >= ESTIMATE_AFTER_MILLISECONDS && made > 0 && done < total;
    const secondsLeft = canEstimate ? ((total - done) * elapsed) / made / 1000 : null;
    toldAt = at;
    toldText = text;
    tell({ text, unit, done, total, secondsLeft });
  };
}
