import type { Positions } from '../../contract/index.ts';
import { sum } from '../../numerics/sum.ts';
import type { LayerHistory } from './history.ts';
import { chosenUpdate, rowNumbers, trimmed, zeros, type Counts, type Measure } from './measure.ts';

/** Active weights per output and per input. A convolution's input is one column of its mask: a kernel position of a channel. */
interface Degrees {
  fanIn: Uint32Array;
  fanOut: Uint32Array;
}

const noDegrees = ({ outputs, inputs }: LayerHistory): Degrees => ({
  fanIn: new Uint32Array(outputs),
  fanOut: new Uint32Array(inputs),
});

function change({ fanIn, fanOut }: Degrees, positions: Positions, by: 1 | -1): void {
  const inputs = fanOut.length;
  for (let at = 0; at < positions.length; at++) {
    const row = Math.floor(positions[at] / inputs);
    fanIn[row] += by;
    fanOut[positions[at] - row * inputs] += by;
  }
}

function degreesAt(history: LayerHistory, update: number): Degrees {
  const degrees = noDegrees(history);
  change(degrees, history.activeAt(update), 1);
  return degrees;
}

/** How many units have which degree. */
function histogramOf(degrees: Uint32Array): number[] {
  const histogram = zeros(degrees.reduce((most, degree) => Math.max(most, degree), 0) + 1);
  for (const degree of degrees) histogram[degree]++;
  return histogram;
}

export interface Spread {
  mean: number;
  /** Standard deviation over mean. */
  cv: number;
  /** G = 2 sum_i i x_i / (n sum x) - (n + 1) / n, x ascending, i from 1: 0 where all are equal. */
  gini: number;
  /** Units of degree 0. */
  dead: number;
  /** Units of more than mean + 3 standard deviations. */
  hubs: number;
}

/** @param histogram units by degree */
export function spreadOf(histogram: readonly number[]): Spread {
  let [units, total, squares, ranked] = [0, 0, 0, 0];
  histogram.forEach((count, degree) => {
    ranked += degree * count * (units + (count + 1) / 2);
    units += count;
    total += count * degree;
    squares += count * degree * degree;
  });
  const mean = total / units;
  const deviation = Math.sqrt(Math.max(0, squares / units - mean * mean));
  const least = mean + 3 * deviation;
  return {
    mean,
    cv: deviation / mean,
    gini: (2 * ranked) / (units * total) - (units + 1) / units,
    dead: histogram[0] ?? 0,
    hubs: sum(histogram.map((count, degree) => (degree > least ? count : 0))),
  };
}

/** Fan-in and fan-out over the updates: mean, coefficient of variation, Gini, dead units and hubs. */
export const degrees: Measure = {
  title: 'Fan-in and fan-out',
  source: 'docs/reference/itop.md 4.7; Gini 1912',
  additive: false,
  count(history) {
    const state = noDegrees(history);
    const counts: Counts = {};
    const note = (): void => {
      for (const side of ['fanIn', 'fanOut'] as const) {
        for (const [key, value] of Object.entries(spreadOf(histogramOf(state[side])))) {
          const name = side + key[0].toUpperCase() + key.slice(1);
          (counts[name] ??= []).push(value as number);
        }
      }
    };
    change(state, history.initial, 1);
    note();
    for (const { dropped, grown } of history.moments()) {
      change(state, dropped, -1);
      change(state, grown, 1);
      note();
    }
    return counts;
  },
  present: (counts) => ({ columns: { update: rowNumbers(counts.fanInMean), ...counts }, facts: {} }),
};

const distribution = (title: string, side: keyof Degrees): Measure => ({
  title,
  source: 'docs/reference/itop.md 4.7',
  additive: true,
  count: (history, context) => ({ units: histogramOf(degreesAt(history, chosenUpdate(history, context))[side]) }),
  present(counts) {
    const units = trimmed(counts.units);
    return { columns: { degree: rowNumbers(units), units }, facts: { ...spreadOf(units) } };
  },
});

export const fanIn = distribution('Distribution of fan-in', 'fanIn');
export const fanOut = distribution('Distribution of fan-out', 'fanOut');
