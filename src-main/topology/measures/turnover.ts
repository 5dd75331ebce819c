import { createExploredSet } from '../exploration.ts';
import { sharedCount } from '../mask.ts';
import { ratios, rowNumbers, zeros, type Measure } from './measure.ts';

/**
 * What each update renews. gross = |grown| / |M_t|; net = |M_t \ M_{t-1}| / |M_t|; regrowth: share of the grown that
 * were dropped in this same update; revisit: share of the grown that had been active before, those among them.
 */
export const turnover: Measure = {
  title: 'Turnover, regrowth and revisits',
  source: 'docs/reference/itop.md 4.2; net turnover is the "mask change rate" of the DST literature',
  additive: true,
  count(history) {
    const rows = history.updates + 1;
    const active = zeros(rows);
    const [grown, regrown, revisited] = [zeros(rows), zeros(rows), zeros(rows)];
    const explored = createExploredSet(history.outputs, history.inputs);
    explored.add(history.initial);
    active[0] = history.initial.length;
    for (const moment of history.moments()) {
      active[moment.update] = active[moment.update - 1] - moment.dropped.length + moment.grown.length;
      grown[moment.update] = moment.grown.length;
      regrown[moment.update] = sharedCount(moment.dropped, moment.grown);
      revisited[moment.update] = moment.grown.length - explored.add(moment.grown);
    }
    return { active, grown, regrown, revisited };
  },
  present({ active, grown, regrown, revisited }) {
    const born = grown.map((count, row) => count - regrown[row]);
    return {
      columns: {
        update: rowNumbers(active),
        gross: ratios(grown, active),
        net: ratios(born, active),
        regrowth: ratios(regrown, grown),
        revisit: ratios(revisited, grown),
      },
      facts: {},
    };
  },
};
