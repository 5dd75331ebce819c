import { LabError } from './lab-error.ts';

/**
 * Work of which the lab does one at a time, cancellable.
 * @param busy what is said to who asks for a second
 * @param onEnd once nothing of it is done any more
 */
export function createOneAtATime(busy: string, onEnd: () => void) {
  let current: { cancelling: AbortController; ended: Promise<unknown> } | null = null;

  /** @throws LabError where some is under way */
  function refuseSecond(): void {
    if (current) throw new LabError(busy);
  }

  return {
    refuseSecond,
    /** @throws LabError where some is under way; what the work throws */
    async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      refuseSecond();
      const cancelling = new AbortController();
      const ended = work(cancelling.signal).finally(() => {
        current = null;
        onEnd();
      });
      current = { cancelling, ended };
      return ended;
    },
    /** Settles once nothing is done any more. */
    async cancel(): Promise<void> {
      current?.cancelling.abort();
      await current?.ended.catch(() => undefined);
    },
  };
}
