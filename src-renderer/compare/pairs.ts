import {
  CONFIGURATION_KEYS,
  dependsOnMethod,
  meantKeys,
  type MethodCatalogue,
  type RunConfiguration,
  type RunDetail,
  type SharedKey,
} from '../../src-main/contract/index.ts';

/** How a run was carried out, which does not make it another experiment. */
const CARRIED_OUT: ReadonlySet<string> = new Set<SharedKey>(['engine', 'threads', 'checkpointEvery']);

/** What a pair has in common; the seed says nothing of a configuration and everything of a pair. */
const PAIRED = CONFIGURATION_KEYS.filter(
  (key) => key === 'seed' || (key !== 'method' && key !== 'name' && !dependsOnMethod(key) && !CARRIED_OUT.has(key)),
);

/** By configuration, which never changes: hundreds of runs are compared with hundreds of candidates. */
const pairKeys = new WeakMap<RunConfiguration, string>();

function pairKey(configuration: RunConfiguration): string {
  const known = pairKeys.get(configuration);
  if (known !== undefined) return known;
  const key = JSON.stringify(PAIRED.map((name) => configuration[name]));
  pairKeys.set(configuration, key);
  return key;
}

/**
 * The dense run that makes a paired experiment with this one: same data, network, seed and optimisation, and finished.
 * The newest where there are several; null where there is none, or the run is dense itself.
 */
export function denseTwin(run: RunDetail, candidates: readonly RunDetail[]): RunDetail | null {
  if (!run.item.isSparse) return null;
  const key = pairKey(run.configuration);
  const twins = candidates.filter(
    (other) =>
      !other.item.isSparse &&
      other.item.final !== null &&
      other.item.status === 'finished' &&
      pairKey(other.configuration) === key,
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

/** What the runs of one experiment have in common: all that their method uses, but how they were carried out. */
function experimentKey(configuration: RunConfiguration, methods: MethodCatalogue): string {
  const method = methods.get(configuration.method);
  const keys = method ? meantKeys(method) : Object.keys(configuration).filter((key) => !SAID_APART.has(key));
  return JSON.stringify(keys.filter((key) => !CARRIED_OUT.has(key)).map((key) => [key, configuration[key]]));
}

const SAID_APART: ReadonlySet<string> = new Set<SharedKey>(['name', 'seed']);

/** Runs that repeat one experiment with other seeds, together; in order of first appearance. */
export function seedGroups(runs: readonly RunDetail[], methods: MethodCatalogue): RunDetail[][] {
  const groups = new Map<string, RunDetail[]>();
  for (const run of runs) {
    const key = experimentKey(run.configuration, methods);
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
}

/** A seed run twice is one sample: its newest run; in order of first appearance. */
export function newestOfEachSeed(runs: readonly RunDetail[]): RunDetail[] {
  const bySeed = new Map<number, RunDetail>();
  for (const run of runs) {
    const known = bySeed.get(run.configuration.seed);
    if (!known || run.item.createdAt > known.item.createdAt) bySeed.set(run.configuration.seed, run);
  }
  return [...bySeed.values()];
}
