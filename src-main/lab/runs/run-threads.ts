import { availableParallelism } from 'node:os';

/**
 * The compute threads of a run that asks for `threads`; 0 is its share of the cores, where `runsAtOnce` runs train side
 * by side: more threads than cores would only wait for each other.
 */
export function resolveThreads(threads: number, runsAtOnce: number): number {
  return threads || Math.max(1, Math.floor(availableParallelism() / Math.max(1, runsAtOnce)));
}
