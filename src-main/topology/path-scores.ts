import type { Mask } from '../contract/index.ts';

/**
 * CH2-L3n (CHT, Zhang et al., ICLR 2024; matrix form of itop.md 3): how strongly paths of length three suggest a link
 * between an output u and an input v of a bipartite mask. A path u - i - j - v through another output j counts
 * (1 + c) / (1 + e): c inputs that u and j share, e links of j to elsewhere; likewise through another input.
 * Time O(outputs^2 fan-in + inputs^2 fan-out), memory one row at a time.
 * @returns scores `[outputs * inputs]`, meaningless at active positions
 */
export function pathScores(mask: Mask): Float64Array {
  const { outputs, inputs } = mask;
  const scores = new Float64Array(outputs * inputs);
  const rows = { count: outputs, starts: mask.rowStarts, links: mask.columns };
  const columns = transpose(mask);
  addThroughOwnSide(rows, columns, (row, weight, column) => (scores[row * inputs + column] += weight));
  addThroughOwnSide(columns, rows, (column, weight, row) => (scores[row * inputs + column] += weight));
  return scores;
}

interface Links {
  count: number;
  starts: Uint32Array;
  links: Uint32Array;
}

function addThroughOwnSide(own: Links, other: Links, add: (node: number, weight: number, link: number) => void): void {
  const common = new Uint32Array(own.count);
  for (let node = 0; node < own.count; node++) {
    common.fill(0);
    for (let at = own.starts[node]; at < own.starts[node + 1]; at++) {
      const link = own.links[at];
      for (let back = other.starts[link]; back < other.starts[link + 1]; back++) common[other.links[back]]++;
    }
    for (let peer = 0; peer < own.count; peer++) {
      if (common[peer] === 0 || peer === node) continue;
      const degree = own.starts[peer + 1] - own.starts[peer];
      const external = Math.max(0, degree - common[peer] - 1);
      const weight = (common[peer] + 1) / (external + 1);
      for (let at = own.starts[peer]; at < own.starts[peer + 1]; at++) add(node, weight, own.links[at]);
    }
  }
}

function transpose({ outputs, inputs, rowStarts, columns }: Mask): Links {
  const starts = new Uint32Array(inputs + 1);
  for (const column of columns) starts[column + 1]++;
  for (let column = 0; column < inputs; column++) starts[column + 1] += starts[column];
  const next = starts.slice();
  const links = new Uint32Array(columns.length);
  for (let row = 0; row < outputs; row++) {
    for (let at = rowStarts[row]; at < rowStarts[row + 1]; at++) links[next[columns[at]]++] = row;
  }
  return { count: inputs, starts, links };
}
