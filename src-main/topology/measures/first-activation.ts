import { sum } from '../../numerics/sum.ts';
import { createExploredSet } from '../exploration.ts';
import type { LayerHistory } from './history.ts';
import { rowNumbers, zeros, type Measure } from './measure.ts';

/** How many positions were active for the first time at each update; row 0 is the initial mask. */
export const firstActivation: Measure = {
  title: 'First activations',
  source: 'docs/reference/itop.md 4.5',
  additive: true,
  count(history) {
    return { first: firstActivations(history), positions: [history.outputs * history.inputs] };
  },
  present: ({ first, positions }) => ({
    columns: { update: rowNumbers(first), positions: first },
    facts: { never: positions[0] - sum(first) },
  }),
};

export function firstActivations(history: LayerHistory): number[] {
  const first = zeros(history.updates + 1);
  const explored = createExploredSet(history.outputs, history.inputs);
  first[0] = explored.add(history.initial);
  for (const { update, grown } of history.moments()) first[update] = explored.add(grown);
  return first;
}
