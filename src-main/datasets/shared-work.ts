import { ImportCancelledError } from './import/start-import.ts';

/** Work that several may ask for at the same time and that is then done once. */
export interface SharedWork {
  /**
   * @param work is ended by its signal once everyone who waited for it has left
   * @param signal of the one who asks; leaving takes nothing from the others
   * @throws ImportCancelledError to whoever left; else what the work throws
   */
  join(key: string, work: (signal: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<void>;
}

interface Started {
  done: Promise<void>;
  ending: AbortController;
  waiting: number;
}

export function createSharedWork(): SharedWork {
  const underWay = new Map<string, Started>();
  const forget = (key: string, started: Started): void => {
    if (underWay.get(key) === started) underWay.delete(key);
  };

  const start = (key: string, work: (signal: AbortSignal) => Promise<void>): Started => {
    const ending = new AbortController();
    const started: Started = { done: work(ending.signal), ending, waiting: 0 };
    underWay.set(key, started);
    // Where everyone has left, nobody hears how it ended.
    started.done.catch(() => undefined).finally(() => forget(key, started));
    return started;
  };

  return {
    async join(key, work, signal) {
      if (signal?.aborted) throw new ImportCancelledError();
      const shared = underWay.get(key) ?? start(key, work);
      shared.waiting++;
      try {
        await Promise.race([shared.done, leftBy(signal)]);
      } finally {
        if (--shared.waiting === 0) {
          // Whoever comes now begins anew.
          forget(key, shared);
          shared.ending.abort();
        }
      }
    },
  };
}

const leftBy = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new ImportCancelledError()), { once: true });
  });
