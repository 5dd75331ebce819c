import { createBirths } from './births.ts';
import { lifeMoments } from './history.ts';
import { rowNumbers, zeros, type Measure } from './measure.ts';

/**
 * Kaplan-Meier: S(a) = product over j <= a of (1 - deaths_j / atRisk_j), a in update intervals lived. A life still
 * going on after the last update is censored at the age it has reached; at equal ages deaths come first. Initial weights
 * are born at update 0.
 */
export const survival: Measure = {
  title: 'Survival of active weights',
  source: 'Kaplan and Meier 1958; docs/reference/itop.md 4.5',
  additive: true,
  count(history) {
    const rows = history.updates + 1;
    const [deaths, censored] = [zeros(rows), zeros(rows)];
    const births = createBirths(history);
    for (const moment of lifeMoments(history)) {
      const ended = births.advance(moment);
      for (let at = 0; at < ended.length; at++) deaths[moment.update - ended[at]]++;
    }
    for (const birth of births.of(history.activeAt(history.updates))) censored[history.updates - birth]++;
    return { deaths, censored };
  },
  present({ deaths, censored }) {
    const atRisk = zeros(deaths.length);
    let alive = 0;
    for (let age = deaths.length - 1; age >= 0; age--) {
      alive += deaths[age] + censored[age];
      atRisk[age] = alive;
    }
    let share = 1;
    const curve = deaths.map((died, age) => (share *= atRisk[age] === 0 ? 1 : 1 - died / atRisk[age]));
    const median = curve.findIndex((value) => value <= 0.5);
    return {
      columns: { age: rowNumbers(deaths), atRisk, deaths, censored, survival: curve },
      // No median where more than half outlive the run.
      facts: { medianAge: median < 0 ? Number.NaN : median },
    };
  },
};
