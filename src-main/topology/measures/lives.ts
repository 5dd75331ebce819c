import type { Positions } from '../../contract/index.ts';
import { sum } from '../../numerics/sum.ts';
import { lifeMoments } from './history.ts';
import { UnmeasurableError, rowNumbers, trimmed, zeros, type Measure } from './measure.ts';

/** A count for every position is held in memory: 256 MiB. */
const MOST_POSITIONS = 2 ** 26;

/** How many positions had how many lives; a position dropped and grown at once begins another, unless it keeps its weight. */
export const lives: Measure = {
  title: 'Lives of positions',
  source: 'docs/reference/itop.md 4.5',
  additive: true,
  count(history) {
    const size = history.outputs * history.inputs;
    if (size > MOST_POSITIONS) {
      throw new UnmeasurableError(
        `Lives are counted for layers of up to ${MOST_POSITIONS} positions; this one has ${size}.`,
      );
    }
    const each = new Uint32Array(size);
    const begin = (positions: Positions): void => {
      for (let at = 0; at < positions.length; at++) each[positions[at]]++;
    };
    begin(history.initial);
    for (const { grown } of lifeMoments(history)) begin(grown);
    const positions = zeros(history.updates + 2);
    for (let at = 0; at < size; at++) positions[each[at]]++;
    return { positions };
  },
  present(counts) {
    const positions = trimmed(counts.positions);
    const active = sum(positions.slice(1));
    const meanLives = sum(positions.map((count, number) => count * number)) / active;
    return { columns: { lives: rowNumbers(positions), positions }, facts: { meanLives } };
  },
};
