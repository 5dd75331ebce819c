import type { Positions } from '../../contract/index.ts';
import { createExploredSet } from '../exploration.ts';
import { createBirths } from './births.ts';
import { firstActivations } from './first-activation.ts';
import { lifeMoments, type LayerHistory } from './history.ts';
import { ratios, rowNumbers, zeros, type Measure } from './measure.ts';

/**
 * R_s(t) = |union of M_0 .. M_t| / N. With tau > 0 only positions count that lived through at least tau update
 * intervals without a break: explored reliably. What follows the last update is no interval.
 */
export const exploration: Measure = {
  title: 'R_s',
  source: 'ITOP, section 3 (R_s); tau: docs/reference/itop.md 4.1, after the paper’s "reliably"',
  additive: true,
  count(history, { tau = 0 }) {
    const firsts = tau === 0 ? firstActivations(history) : firstReliable(history, tau);
    let sum = 0;
    const explored = firsts.map((count) => (sum += count));
    return { explored, positions: explored.map(() => history.outputs * history.inputs) };
  },
  present: ({ explored, positions }) => ({
    columns: { update: rowNumbers(explored), explored, rs: ratios(explored, positions) },
    facts: {},
  }),
};

/**
 * Positions by the update at which they had lived through tau intervals for the first time. A life is looked at when it
 * ends, or at the end: one born at b of tau intervals or more counted from b + tau on, and lives of a position end in
 * the order in which they began.
 */
function firstReliable(history: LayerHistory, tau: number): number[] {
  const firsts = zeros(history.updates + 1);
  const reliable = createExploredSet(history.outputs, history.inputs);
  const births = createBirths(history);
  const take = (ended: Positions, born: Int32Array, update: number): void => {
    const long = new Float64Array(ended.length);
    let count = 0;
    for (let at = 0; at < ended.length; at++) {
      if (update - born[at] < tau || reliable.has(ended[at])) continue;
      firsts[born[at] + tau]++;
      long[count++] = ended[at];
    }
    reliable.add(long.subarray(0, count));
  };
  for (const moment of lifeMoments(history)) take(moment.dropped, births.advance(moment), moment.update);
  const living = history.activeAt(history.updates);
  take(living, births.of(living), history.updates);
  return firsts;
}
