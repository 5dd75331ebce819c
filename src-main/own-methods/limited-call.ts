import { Script } from 'node:vm';

/** What loading a method's file, or a plan by it, may take: a loop without end must not stop the window. */
const MOST_MILLISECONDS = 5000;

const HANDOVER = Symbol.for('espalier.limited-call');
const shared = globalThis as { [HANDOVER]?: () => unknown };
const script = new Script("globalThis[Symbol.for('espalier.limited-call')]()");

/**
 * Calls a function that is not ours, and interrupts it after five seconds.
 * @throws what it throws, or `ERR_SCRIPT_EXECUTION_TIMEOUT`
 */
export function callLimited<T>(call: () => T): T {
  const outer = shared[HANDOVER];
  shared[HANDOVER] = call;
  try {
    return script.runInThisContext({ timeout: MOST_MILLISECONDS }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error(`it took more than ${MOST_MILLISECONDS / 1000} seconds`, { cause: error });
  } finally {
    shared[HANDOVER] = outer;
  }
}
