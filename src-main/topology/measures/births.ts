import type { Positions } from '../../contract/index.ts';
import { union, without } from '../mask.ts';
import type { LayerHistory, Moment } from './history.ts';

/** Four bytes for every position of the layer are held up to here: 256 MiB. */
const MOST_POSITIONS = 2 ** 26;
/** Beyond this many positions for each active one, a list of the active takes less. */
const POSITIONS_AN_ACTIVE = 256;

/**
 * The update at which the present life of every active position began; 0 for the initial mask. A life ends with its
 * drop, also where the position is grown again at once; where the weight then goes on, neither is counted (`lifeMoments`).
 */
export interface Births {
  /** Takes the next moment and tells when what it dropped was born, in its order. */
  advance(moment: Moment): Int32Array;
  /** Of positions that are active now, ascending. */
  of(active: Positions): Int32Array;
}

/** Follows when each active weight of a layer was grown, by update. */
export function createBirths({ outputs, inputs, initial }: LayerHistory): Births {
  const count = outputs * inputs;
  const isSmall = count <= MOST_POSITIONS && count <= initial.length * POSITIONS_AN_ACTIVE;
  return isSmall ? directBirths(count) : listedBirths(initial);
}

/** One number in memory for every position: nothing is searched or moved. */
function directBirths(count: number): Births {
  const births = new Int32Array(count);
  const read = (positions: Positions): Int32Array => {
    const found = new Int32Array(positions.length);
    for (let at = 0; at < positions.length; at++) found[at] = births[positions[at]];
    return found;
  };
  return {
    advance({ update, dropped, grown }) {
      const ended = read(dropped);
      for (let at = 0; at < grown.length; at++) births[grown[at]] = update;
      return ended;
    },
    of: read,
  };
}

/** Beside the ascending list of active positions: memory follows the active weights alone. */
export function listedBirths(initial: Positions): Births {
  let active = initial;
  let births = new Int32Array(initial.length);
  return {
    advance({ update, dropped, grown }) {
      const ended = new Int32Array(dropped.length);
      const surviving = without(active, dropped);
      const after = union(surviving, grown);
      const birthsAfter = new Int32Array(after.length);
      let next = 0;
      let to = 0;
      for (let at = 0; at < active.length; at++) {
        if (dropped[next] === active[at]) {
          ended[next++] = births[at];
          continue;
        }
        while (after[to] !== active[at]) birthsAfter[to++] = update;
        birthsAfter[to++] = births[at];
      }
      birthsAfter.fill(update, to);
      active = after;
      births = birthsAfter;
      return ended;
    },
    of(positions) {
      let at = 0;
      return Int32Array.from(positions, (position) => {
        while (active[at] < position) at++;
        return births[at];
      });
    },
  };
}
