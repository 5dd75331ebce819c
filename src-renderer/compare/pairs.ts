import { CONFIGURATION_KEYS, type ConfigurationKey, type RunDetail } from '../../src-main/contract/index.ts';

/** Keys that may differ between a sparse run and the dense run it is paired with: the topology, and how it was run. */
const FREE: ReadonlySet<ConfigurationKey> = new Set<ConfigurationKey>([
  'name',
  'method',
  'sparsity',
  'initialSparsity',
  'sparsityEndFraction',
  'distribution',
  'initialisation',
  'updateEvery',
  'pruneRate',
  'pruneSchedule',
  'stopFraction',
  'growthInitialisation',
  'gradientWeight',
  'fidelity',
  'engine',
  'threads',
  'checkpointEvery',
]);

const PAIRED = CONFIGURATION_KEYS.filter((key) => !FREE.has(key));

/**
 * The dense run that makes a paired experiment with this one: same data, network, seed and optimisation, and finished.
 * The newest where there are several; null where there is none, or the run is dense itself.
 */
export function denseTwin(run: RunDetail, candidates: readonly RunDetail[]): RunDetail | null {
  if (run.configuration.method === 'dense') return null;
  const twins = candidates.filter(
    (other) =>
      other.configuration.method === 'dense' &&
      other.item.final !== null &&
      other.item.status === 'finished' &&
      PAIRED.every((key) => other.configuration[key] === run.configuration[key]),
  );
  return twins.reduce<RunDetail | null>(
    (newest, twin) => (newest && newest.item.createdAt >= twin.item.createdAt ? newest : twin),
    null,
  );
}

/**
 * Test accuracy less that of the dense twin, a fraction; null where there is no twin or the run did not finish: one cut
 * short trained less than its twin, and their difference would speak of that.
 */
export function pairedDifference(run: RunDetail, candidates: readonly RunDetail[]): number | null {
  const twin = denseTwin(run, candidates);
  if (!twin?.item.final || !run.item.final || run.item.status !== 'finished') return null;
  return run.item.final.testAccuracy - twin.item.final.testAccuracy;
}

export interface Spread {
  n: number;
  mean: number;
  /** Of the sample (n - 1); null for a single value. */
  deviation: number | null;
}

export function spread(values: readonly number[]): Spread | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: Math.sqrt(squares / (n - 1)) };
}

const SEED_FREE: ReadonlySet<ConfigurationKey> = new Set<ConfigurationKey>([
  'name',
  'seed',
  'engine',
  'threads',
  'checkpointEvery',
]);
const REPEATED = CONFIGURATION_KEYS.filter((key) => !SEED_FREE.has(key));

/** Runs that repeat one experiment with other seeds, together; in order of first appearance. */
export function seedGroups(runs: readonly RunDetail[]): RunDetail[][] {
  const groups = new Map<string, RunDetail[]>();
  for (const run of runs) {
    const key = JSON.stringify(REPEATED.map((name) => run.configuration[name]));
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}
