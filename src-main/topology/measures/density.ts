import { activeCounts } from './history.ts';
import { ratios, rowNumbers, type Measure } from './measure.ts';

/** |M_t| / N: constant where a method keeps the counts of every layer, telling where it redistributes. */
export const density: Measure = {
  title: 'Density',
  source: 'docs/reference/itop.md 4.6',
  additive: true,
  count(history) {
    const active = activeCounts(history);
    return { active, positions: active.map(() => history.outputs * history.inputs) };
  },
  present: ({ active, positions }) => ({
    columns: { update: rowNumbers(active), active, density: ratios(active, positions) },
    facts: {},
  }),
};
