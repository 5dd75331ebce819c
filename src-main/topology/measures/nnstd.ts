import type { Mask } from '../../contract/index.ts';
import { cheapestMatching } from './assignment.ts';
import { UnmeasurableError } from './measure.ts';

/** Matching is O(n^3) in the units of a layer. */
const MOST_MATCHED_UNITS = 1024;

/**
 * Sparse topology distance of two chains of linear layers, each matched unit by unit. For units with input sets a and b
 * NED = |a xor b| / |a or b| (0 where both are empty); a layer's distance is the mean NED of the cheapest matching, and
 * the matching renames the inputs of the next layer (Liu et al. 2020, "Topological insights into sparse neural
 * networks", NNSTD; itop.md 4.4). 0 is the same up to a permutation of hidden units, 1 is nothing in common.
 * @throws UnmeasurableError where the layers differ in shape, are too wide, or are no chain of linear layers
 */
export function topologicalDistances(a: readonly Mask[], b: readonly Mask[]): number[] {
  let inputOf: Int32Array | null = null;
  return a.map((mine, layer) => {
    const theirs = b[layer];
    requireFit(mine, theirs, a[layer - 1]);
    const cost = unitDistances(mine, theirs, inputOf);
    const matched = cheapestMatching(cost, mine.outputs);
    inputOf = matched;
    return matched.reduce((sum, unit, row) => sum + cost[row * mine.outputs + unit], 0) / mine.outputs;
  });
}

function requireFit(mine: Mask, theirs: Mask | undefined, below: Mask | undefined): void {
  const shape = ({ outputs, inputs }: Mask): string => `${outputs} x ${inputs}`;
  if (theirs?.outputs !== mine.outputs || theirs.inputs !== mine.inputs) {
    throw new UnmeasurableError(
      `Layers of ${shape(mine)} and ${theirs ? shape(theirs) : 'nothing'} cannot be compared.`,
    );
  }
  if (below && below.outputs !== mine.inputs) {
    throw new UnmeasurableError(
      `NNSTD is defined for linear layers in a chain: a layer has ${mine.inputs} inputs, the one before it ` +
        `${below.outputs} outputs.`,
    );
  }
  if (mine.outputs > MOST_MATCHED_UNITS) {
    throw new UnmeasurableError(
      `NNSTD matches layers of up to ${MOST_MATCHED_UNITS} units, since its work grows with their cube; this one has ` +
        `${mine.outputs}. Choose narrower layers with --layer.`,
    );
  }
}

/**
 * NED of every pair of units, `[outputs of a, outputs of b]`.
 * @param inputOf the input of b that stands for each of a's; the same one where null
 */
function unitDistances(a: Mask, b: Mask, inputOf: Int32Array | null): Float64Array {
  const n = b.outputs;
  const users: number[][] = Array.from({ length: b.inputs }, () => []);
  for (let row = 0; row < n; row++) {
    for (let at = b.rowStarts[row]; at < b.rowStarts[row + 1]; at++) users[b.columns[at]].push(row);
  }
  const distances = new Float64Array(a.outputs * n);
  const shared = new Uint32Array(n);
  for (let row = 0; row < a.outputs; row++) {
    shared.fill(0);
    for (let at = a.rowStarts[row]; at < a.rowStarts[row + 1]; at++) {
      const column = a.columns[at];
      for (const user of users[inputOf ? inputOf[column] : column]) shared[user]++;
    }
    const own = a.rowStarts[row + 1] - a.rowStarts[row];
    for (let unit = 0; unit < n; unit++) {
      const either = own + (b.rowStarts[unit + 1] - b.rowStarts[unit]) - shared[unit];
      distances[row * n + unit] = either === 0 ? 0 : 1 - shared[unit] / either;
    }
  }
  return distances;
}
