/**
 * Whole numbers that sum to `total`, in proportion to `shares` (largest remainders, earlier ones on ties), none above
 * its capacity; what a full one cannot take is spread over the others in the same proportion, and evenly where no share
 * is left.
 * @throws RangeError where the capacities are too small together
 */
export function apportion(total: number, shares: readonly number[], capacities: readonly number[]): number[] {
  const room = capacities.reduce((sum, capacity) => sum + capacity, 0);
  if (total > room) throw new RangeError(`Cannot place ${total} weights: there is room for ${room}.`);
  const counts = shares.map(() => 0);
  let left = total;
  while (left > 0) {
    const open = counts.map((count, at) => count < capacities[at]);
    const usable = shares.map((share, at) => (open[at] && Number.isFinite(share) ? Math.max(0, share) : 0));
    const sum = usable.reduce((all, share) => all + share, 0);
    const weightOf = (at: number) => (sum > 0 ? usable[at] / sum : Number(open[at]) / open.filter(Boolean).length);
    const wanted = counts.map((_, at) => left * weightOf(at));
    const given = wanted.map((value, at) => Math.min(Math.floor(value), capacities[at] - counts[at]));
    let placed = given.reduce((all, value) => all + value, 0);
    if (placed === 0) {
      const order = wanted.map((value, at) => ({ at, value })).sort((a, b) => b.value - a.value || a.at - b.at);
      for (const { at } of order) {
        if (placed < left && open[at]) {
          given[at]++;
          placed++;
        }
      }
    }
    given.forEach((value, at) => (counts[at] += value));
    left -= placed;
  }
  return counts;
}
