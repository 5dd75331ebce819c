import { splitRoleOf, type SplitRole } from './splits.ts';

/** A split as the files call it. */
export interface FoundSplit {
  name: string;
  /** What the name says it is for; null where it says nothing. */
  role: SplitRole | null;
  /** Files, folders or arrays of it. */
  count: number;
}

/** The splits that these names make; files of one name count together. */
export function foundSplits(names: readonly string[], words: 'whole' | 'part'): FoundSplit[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count, role: splitRoleOf(name, words) }));
}

/** Names of those of a role. */
export const ofRole = (found: readonly FoundSplit[], role: SplitRole): string[] =>
  found.filter((split) => split.role === role).map(({ name }) => name);
