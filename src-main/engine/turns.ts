import { EngineError } from './engine.ts';

/** Lets the calls of one engine do their work one after the other, in the order of the calls. */
export interface Turns {
  take<T>(work: () => Promise<T> | T): Promise<T>;
  /** Once all before have ended; later calls reject. Does nothing the second time. */
  end(work: () => Promise<void> | void): Promise<void>;
}

/** @param engine for the message, such as `The CPU engine of lenet-5` */
export function createTurns(engine: string): Turns {
  let closed = false;
  let previous: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const result = previous.then(() => {
        if (closed) throw new EngineError(`${engine} is closed`);
        return work();
      });
      previous = result.catch(() => undefined);
      return result;
    },
    async end(work) {
      await previous;
      if (closed) return;
      closed = true;
      await work();
    },
  };
}
