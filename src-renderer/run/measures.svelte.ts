import type { MeasureName, MeasureOptions, MeasureResult } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';

export type Measuring =
  | { kind: 'idle' }
  | { kind: 'loading' }
  | { kind: 'ready'; result: MeasureResult }
  | { kind: 'failed'; message: string };

/**
 * Measures of one run, one at a time; an answer that is no longer wanted is let go. The work is done in the store's
 * thread.
 */
export function useMeasure(runId: string): {
  readonly state: Measuring;
  measure(name: MeasureName, options: MeasureOptions): void;
} {
  let state = $state.raw<Measuring>({ kind: 'idle' });
  let wanted = 0;
  return {
    get state() {
      return state;
    },
    measure(name, options) {
      const mine = ++wanted;
      state = { kind: 'loading' };
      const settle = (next: Measuring): void => {
        if (mine === wanted) state = next;
      };
      bridge.lab.measureRun(runId, name, options).then(
        (result) => settle({ kind: 'ready', result }),
        (error: unknown) => settle({ kind: 'failed', message: messageOf(error) }),
      );
    },
  };
}
