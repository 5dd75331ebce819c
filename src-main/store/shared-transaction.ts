import type { Database } from 'better-sqlite3';

export type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/** A transaction of many writes ends after this, so that nobody waits long for its turn. */
const LONGEST_MILLISECONDS = 50;

/**
 * Carries out the first of the calls, as many as fit the time, in one transaction: a commit costs about as much as a
 * small write. Where one fails, each is done again in a transaction of its own, so that none takes another along.
 * @param forget called when a transaction was undone: what is kept in memory may be ahead of the database
 * @returns the outcomes of the calls made, in order; they are committed
 */
export function inOneTransaction(database: Database, calls: readonly (() => unknown)[], forget: () => void): Outcome[] {
  try {
    return database.transaction(() => {
      const until = performance.now() + LONGEST_MILLISECONDS;
      const outcomes: Outcome[] = [];
      for (const call of calls) {
        outcomes.push({ ok: true, value: call() });
        if (performance.now() > until) break;
      }
      return outcomes;
    })();
  } catch (error) {
    forget();
    if (calls.length === 1) return [{ ok: false, error }];
    return calls.flatMap((call) => inOneTransaction(database, [call], forget));
  }
}
