/** Values by key. */
export type Combination = Record<string, unknown>;

/**
 * Combinations in which every two values of two keys meet at least once, as far as `isAllowed` lets them: where a
 * combination is not allowed, its pair is tried again with all other keys at their `plain` values, so that one refused
 * value does not hide the pairs beside it. Greedy, and the same every time.
 * @param values of every key, at least one
 * @param isAllowed told every combination that is tried
 * @param made combinations that there are already; those returned make up for what they lack
 */
export function pairwise(
  values: Readonly<Record<string, readonly unknown[]>>,
  plain: Combination,
  isAllowed: (combination: Combination) => boolean,
  made: readonly Combination[] = [],
): Combination[] {
  const keys = Object.keys(values);
  const open = new Map<string, Combination>();
  for (const [at, key] of keys.entries()) {
    // A key alone pairs with itself, so that the values of a single key come too.
    for (const other of keys.slice(keys.length === 1 ? at : at + 1)) {
      for (const value of values[key]) {
        for (const second of values[other])
          open.set(pairName(key, value, other, second), { [key]: value, [other]: second });
      }
    }
  }
  for (const combination of made) for (const pair of pairsOf(combination)) open.delete(pair);
  const chosen: Combination[] = [];
  const take = (combination: Combination): boolean => {
    if (!isAllowed(combination)) return false;
    chosen.push(combination);
    for (const pair of pairsOf(combination)) open.delete(pair);
    return true;
  };
  for (const [name, pair] of open) {
    if (!open.has(name)) continue;
    if (!take(completed(pair, values, open)) && !take({ ...plain, ...pair })) open.delete(name);
  }
  return chosen;
}

/** Key by key, the value that makes most of the open pairs with those there are. */
function completed(
  pair: Combination,
  values: Readonly<Record<string, readonly unknown[]>>,
  open: ReadonlyMap<string, unknown>,
): Combination {
  const all = { ...pair };
  for (const [key, candidates] of Object.entries(values)) {
    if (key in all) continue;
    const gains = candidates.map(
      (value) => Object.entries(all).filter(([other, second]) => open.has(pairName(key, value, other, second))).length,
    );
    all[key] = candidates[gains.indexOf(Math.max(...gains))];
  }
  return all;
}

function pairsOf(combination: Combination): string[] {
  const entries = Object.entries(combination);
  return entries.flatMap(([key, value], at) =>
    entries.slice(entries.length === 1 ? at : at + 1).map(([other, second]) => pairName(key, value, other, second)),
  );
}

const pairName = (key: string, value: unknown, other: string, second: unknown): string =>
  [`${key}=${String(value)}`, `${other}=${String(second)}`].sort().join(' ');
