/**
 * Whole numbers that sum to `total`, in proportion to `shares` (largest remainders, earlier ones on ties), none above
 * its capacity; what a full one cannot take is spread over the others in the same proportion, and evenly where no share
 * is left.
 * @throws RangeError where the capacities are too small together
 */
export function apportion(total: number, shares: readonly number[], capacities: readonly number[]): number[] {
  const room = capacities.reduce((sum, capacity) => sum + capacity, 0);
  if (total > room) throw new RangeError(`Cannot spread ${total} weights: there is room for ${room}.`);
  const counts = shares.map(() => 0);
  let open = [...capacities.keys()];
  let left = total;
  for (;;) {
    const usable = open.map((at) => (Number.isFinite(shares[at]) ? Math.max(0, shares[at]) : 0));
    const sum = usable.reduce((all, share) => all + share, 0);
    const wanted = usable.map((share) => left * (sum > 0 ? share / sum : 1 / open.length));
    const full = open.filter((at, index) => wanted[index] >= capacities[at]);
    if (full.length === 0) {
      roundTo(left, wanted).forEach((count, index) => (counts[open[index]] = count));
      return counts;
    }
    for (const at of full) {
      counts[at] = capacities[at];
      left -= capacities[at];
    }
    open = open.filter((at) => !full.includes(at));
  }
}

/** Floors, and one more for the largest remainders; `values` sum to `total` up to rounding. */
function roundTo(total: number, values: readonly number[]): number[] {
  const counts = values.map((value) => Math.floor(value + 1e-9));
  const missing = total - counts.reduce((sum, count) => sum + count, 0);
  const order = values.map((value, at) => ({ at, remainder: value - counts[at] }));
  order.sort((a, b) => b.remainder - a.remainder || a.at - b.at);
  for (const { at } of order.slice(0, missing)) counts[at]++;
  return counts;
}
