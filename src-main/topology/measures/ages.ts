import { agedMoments } from './history.ts';
import { chosenUpdate, rowNumbers, sumOf, trimmed, zeros, type Measure } from './measure.ts';

/** How many active weights have lived for how many update intervals, just after an update. */
export const ages: Measure = {
  title: 'Ages of active weights',
  source: 'itop.md 4.5',
  rows: 'age',
  additive: true,
  count(history, context) {
    const chosen = chosenUpdate(history, context);
    const weights = zeros(chosen + 1);
    let births: Int32Array = new Int32Array(history.initial.length);
    if (chosen > 0) {
      for (const { update, birthsAfter } of agedMoments(history)) {
        births = birthsAfter;
        if (update === chosen) break;
      }
    }
    for (const birth of births) weights[chosen - birth]++;
    return { weights };
  },
  present(counts) {
    const weights = trimmed(counts.weights);
    const meanAge = sumOf(weights.map((count, age) => count * age)) / sumOf(weights);
    return { columns: { age: rowNumbers(weights), weights }, facts: { meanAge } };
  },
};
