export type SeedList = { ok: true; seeds: number[] } | { ok: false; message: string };

const MOST_SEEDS = 200;
const LARGEST_SEED = 4294967295;

/** Reads `1, 2, 3` and `1-5`; doubles count once. */
export function parseSeeds(text: string): SeedList {
  const parts = text
    .split(/[\s,;]+/)
    .map((part) => part.trim())
    .filter(Boolean);
  if (parts.length === 0) return { ok: false, message: 'give at least one seed, such as 1 or 1, 2, 3' };
  const seeds = new Set<number>();
  for (const part of parts) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!range) return { ok: false, message: `“${part}” is not a seed; write whole numbers, such as 1, 2, 3 or 1-5` };
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (last > LARGEST_SEED) return { ok: false, message: `must be at most ${LARGEST_SEED}, not ${last}` };
    if (last < first) return { ok: false, message: `“${part}” runs backwards; write ${last}-${first}` };
    if (last - first >= MOST_SEEDS || seeds.size + last - first >= MOST_SEEDS) {
      return { ok: false, message: `at most ${MOST_SEEDS} runs can be queued at once` };
    }
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return { ok: true, seeds: [...seeds] };
}
