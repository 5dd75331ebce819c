/**
 * The cheapest one-to-one matching of rows to columns (Hungarian method by shortest augmenting paths with potentials;
 * Kuhn 1955, Jonker and Volgenant 1987). O(n^3).
 * @param cost `[n, n]`, row by row
 * @returns column of each row
 */
export function cheapestMatching(cost: Float64Array, n: number): Int32Array {
  // Column n is the root of every search; -1 is no row.
  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1).fill(-1);
  const cameFrom = new Int32Array(n + 1);
  const slack = new Float64Array(n + 1);
  const done = new Uint8Array(n + 1);
  for (let row = 0; row < n; row++) {
    rowOf[n] = row;
    slack.fill(Infinity);
    done.fill(0);
    let column = n;
    do {
      done[column] = 1;
      const current = rowOf[column];
      let least = Infinity;
      let next = -1;
      for (let other = 0; other < n; other++) {
        if (done[other]) continue;
        const reduced = cost[current * n + other] - rowPotential[current] - columnPotential[other];
        if (reduced < slack[other]) {
          slack[other] = reduced;
          cameFrom[other] = column;
        }
        if (slack[other] < least) {
          least = slack[other];
          next = other;
        }
      }
      for (let other = 0; other <= n; other++) {
        if (done[other]) {
          rowPotential[rowOf[other]] += least;
          columnPotential[other] -= least;
        } else slack[other] -= least;
      }
      column = next;
    } while (rowOf[column] !== -1);
    while (column !== n) {
      rowOf[column] = rowOf[cameFrom[column]];
      column = cameFrom[column];
    }
  }
  const columnOf = new Int32Array(n);
  for (let column = 0; column < n; column++) columnOf[rowOf[column]] = column;
  return columnOf;
}
