import { sum } from '../../numerics/sum.ts';
import { createBirths } from './births.ts';
import { lifeMoments } from './history.ts';
import { chosenUpdate, rowNumbers, trimmed, zeros, type Measure } from './measure.ts';

/** How many active weights have lived for how many update intervals, just after an update. */
export const ages: Measure = {
  title: 'Ages of active weights',
  source: 'docs/reference/itop.md 4.5',
  additive: true,
  count(history, context) {
    const chosen = chosenUpdate(history, context);
    const weights = zeros(chosen + 1);
    const births = createBirths(history);
    for (const moment of lifeMoments(history)) {
      if (moment.update > chosen) break;
      births.advance(moment);
    }
    for (const birth of births.of(history.activeAt(chosen))) weights[chosen - birth]++;
    return { weights };
  },
  present(counts) {
    const weights = trimmed(counts.weights);
    const meanAge = sum(weights.map((count, age) => count * age)) / sum(weights);
    return { columns: { age: rowNumbers(weights), weights }, facts: { meanAge } };
  },
};
