const NEAR_KEYS = 3;

/** What to say of a key that no configuration has: the nearest ones, or where none is near, all. */
export function unknownKey(key: string, keys: readonly string[]): string {
  const near = keys
    .filter((known) => Math.abs(known.length - key.length) <= mostEdits(known))
    .map((known): [string, number] => [known, distance(key, known)])
    .filter(([known, edits]) => edits <= mostEdits(known))
    .sort(([, a], [, b]) => a - b)
    .slice(0, NEAR_KEYS)
    .map(([known]) => known);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `the keys are ${keys.join(', ')}`;
  return `is not a key of a configuration; ${hint}`;
}

const mostEdits = (known: string): number => Math.max(2, Math.ceil(known.length / 3));

/** Levenshtein's edit distance, upper and lower case alike. */
function distance(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1;
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + change);
    }
    row = next;
  }
  return row[right.length];
}
