import { MASK_STATES, type MaskState, type MaskView, type Positions } from '../contract/index.ts';

const code = (state: MaskState): number => MASK_STATES.indexOf(state);
const KEPT = code('kept');
const BORN = code('born');
const DIED = code('died');
const REVIVED = code('revived');

/**
 * The life of every position at an update: `active` are the positions after it, `dropped` and `grown` what it did (all
 * ascending), and `wasActive(i)` whether `grown[i]` had been active before at some time. A position dropped and grown at once
 * was active before and after: it is kept.
 */
export function viewMask(
  active: Positions,
  inputs: number,
  { dropped, grown }: { dropped: Positions; grown: Positions },
  wasActive: (index: number) => boolean,
): Pick<MaskView, 'positions' | 'regrown' | 'states' | 'counts' | 'inputDegrees'> {
  const regrown = shared(dropped, grown);
  const total = active.length + dropped.length - regrown.length;
  const positions = new Float64Array(total);
  const states = new Uint8Array(total);
  const tally = [0, 0, 0, 0];

  let d = 0;
  let g = 0;
  let a = 0;
  for (let index = 0; index < total; index++) {
    const nextActive = a < active.length ? active[a] : Infinity;
    const nextDropped = d < dropped.length ? dropped[d] : Infinity;
    let state = KEPT;
    if (nextDropped < nextActive) {
      positions[index] = nextDropped;
      state = DIED;
      d++;
    } else {
      positions[index] = nextActive;
      a++;
      const isGrown = g < grown.length && grown[g] === nextActive;
      if (isGrown && nextDropped !== nextActive) state = wasActive(g) ? REVIVED : BORN;
      if (isGrown) g++;
      if (nextDropped === nextActive) d++;
    }
    states[index] = state;
    tally[state]++;
  }
  return {
    positions,
    regrown,
    states,
    counts: { kept: tally[KEPT], born: tally[BORN], died: tally[DIED], revived: tally[REVIVED] },
    inputDegrees: inputDegrees(active, inputs),
  };
}

function shared(left: Positions, right: Positions): Positions {
  const found: number[] = [];
  for (let l = 0, r = 0; l < left.length && r < right.length;) {
    const step = left[l] - right[r];
    if (step === 0) found.push(left[l]);
    if (step <= 0) l++;
    if (step >= 0) r++;
  }
  return Float64Array.from(found);
}

/** Active weights per input, `[inputs]`. */
function inputDegrees(active: Positions, inputs: number): Uint32Array {
  const degrees = new Uint32Array(inputs);
  let start = 0;
  let end = inputs;
  for (const position of active) {
    if (position >= end) {
      start = position - (position % inputs);
      end = start + inputs;
    }
    degrees[position - start]++;
  }
  return degrees;
}
