import { createExploredSet } from '../exploration.ts';
import { agedMoments } from './history.ts';
import { ratios, rowNumbers, zeros, type Measure } from './measure.ts';

/**
 * R_s(t) = |union of M_0 .. M_t| / N. With tau > 0 only positions count that lived through at least tau update
 * intervals without a break: explored reliably. What follows the last update is no interval.
 */
export const exploration: Measure = {
  title: 'R_s',
  source: 'ITOP, section 3 (R_s); tau: itop.md 4.1, after the paper’s "reliably"',
  rows: 'update',
  additive: true,
  count(history, { tau = 0 }) {
    const rows = history.updates + 1;
    const explored = zeros(rows);
    const set = createExploredSet(history.outputs, history.inputs);
    if (tau === 0) set.add(history.initial);
    explored[0] = set.size;
    if (tau === 0) {
      for (const { update, grown } of history.moments()) {
        set.add(grown);
        explored[update] = set.size;
      }
    } else {
      for (const { update, before, births } of agedMoments(history)) {
        set.add(before.filter((_, index) => update - births[index] === tau));
        explored[update] = set.size;
      }
    }
    return { explored, positions: zeros(rows).fill(history.outputs * history.inputs) };
  },
  present: ({ explored, positions }) => ({
    columns: { update: rowNumbers(explored), explored, rs: ratios(explored, positions) },
    facts: {},
  }),
};
