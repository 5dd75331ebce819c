import type { BatchResult, Engine } from '../engine/engine.ts';

/** Results of an engine that are on their way, in the order of the calls. */
export interface InFlight {
  /** How many have not been settled. */
  count(): number;
  /** Adds a call, and settles earlier ones until the next call may be made. */
  add(result: Promise<BatchResult>, settle: (result: BatchResult) => void | Promise<void>): Promise<void>;
  /** Settles all of them. */
  settleAll(): Promise<void>;
}

/** As many at once as the engine allows: it works on while the caller reads a result. */
export function createInFlight({ stepsAhead = 1 }: Engine): InFlight {
  const calls: { result: Promise<BatchResult>; settle: (result: BatchResult) => void | Promise<void> }[] = [];

  async function settleUntil(most: number): Promise<void> {
    while (calls.length > most) {
      const [{ result, settle }] = calls;
      const value = await result;
      calls.shift();
      await settle(value);
    }
  }

  return {
    count: () => calls.length,
    add(result, settle) {
      // Whoever waits for it hears of its failure; a later one may never be waited for.
      result.catch(() => undefined);
      calls.push({ result, settle });
      return settleUntil(stepsAhead - 1);
    },
    settleAll: () => settleUntil(0),
  };
}
