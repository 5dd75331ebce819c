import {
  CONFIGURATION_KEYS,
  dependsOnMethod,
  describeFields,
  STUDY_MEASURES,
  WITHOUT_RESULT,
  groupKey,
  isMeant,
  isShared,
  meantKeys,
  sparsityNow,
  visibleText,
  type DenseDifference,
  type MethodCatalogue,
  type MethodDescription,
  type RunConfiguration,
  type RunListItem,
  type RunWarningCode,
  type SharedKey,
  type StudyGroup,
  type StudyListItem,
  type StudyMeasure,
  type StudyResults,
  type StudyWarning,
} from '../../contract/index.ts';
import { countsFollowWeights } from '../../topology/methods/index.ts';
import { formatPercent } from '../runs/naming.ts';
import { estimate, pairedDifference, significanceStatement } from './statistics.ts';

export interface StudyRun {
  item: RunListItem;
  configuration: RunConfiguration;
  method: MethodDescription;
  /** Of its variant. */
  label: string | null;
}

interface Group {
  key: string;
  label: string | null;
  configuration: RunConfiguration;
  method: MethodDescription;
  runs: StudyRun[];
}

/** What each measure is of a finished run. None of them chooses anything by the test set. */
const measureOf: Record<StudyMeasure, (item: RunListItem) => number> = {
  testAccuracy: (item) => item.final?.testAccuracy ?? Number.NaN,
  bestValidation: (item) => item.best?.validationAccuracy ?? Number.NaN,
  lastValidation: (item) => item.validationAccuracy ?? Number.NaN,
  rs: (item) => item.rs,
  updates: (item) => item.updates,
  seconds: (item) => item.seconds,
  trainFlopsRatio: (item) => item.flops.trainRatio,
};

/** Said of each row by its method, sparsity and seeds. */
const TOLD_ANYWAY: ReadonlySet<string> = new Set<SharedKey>(['method', 'sparsity', 'seed', 'name']);

/** Groups the runs of a study by what they are but for the seed, and compares each group with its dense one. */
export function summariseStudy(
  study: StudyListItem,
  runs: readonly StudyRun[],
  methods: MethodCatalogue,
): StudyResults {
  const groups = groupRuns(runs);
  const variedKeys = keysThatVary(groups);
  const dense = groups.filter(({ method }) => !method.sparse);
  const notes = new Set<string>();
  const rows = groups.map((group): StudyGroup => {
    const finished = group.runs.filter(({ item }) => item.status === 'finished');
    const reference = denseFor(group, dense);
    if (reference && reference.differing.length > 0) {
      notes.add(
        `The dense runs differ from ${labelOf(group, variedKeys)} in ${reference.differing.join(', ')}, not only in the method.`,
      );
    }
    return {
      key: group.key,
      title: titleOf(group),
      label: labelOf(group, variedKeys),
      method: group.method.name,
      methodTitle: group.method.title,
      isSparse: group.method.sparse,
      sparsity: group.configuration.sparsity,
      reachedSparsity: reachedSparsity(group, finished),
      varied: Object.fromEntries(
        variedKeys.map((key) => [key, isMeant(key, group.method) ? group.configuration[key] : null]),
      ),
      seeds: group.runs.map(({ configuration }) => configuration.seed),
      runIds: group.runs.map(({ item }) => item.id),
      finished: finished.length,
      waiting: group.runs.filter(({ item }) => ['queued', 'running', 'paused'].includes(item.status)).length,
      leftOut: group.runs
        .filter(({ item }) => WITHOUT_RESULT.has(item.status))
        .map(({ item }) => ({ runId: item.id, name: item.name, status: item.status })),
      warnings: groupWarnings(group, finished),
      measures: Object.fromEntries(
        STUDY_MEASURES.map((measure) => [measure, estimate(finished.map(({ item }) => measureOf[measure](item)))]),
      ) as StudyGroup['measures'],
      points: finished
        .map(({ item, configuration: { seed } }) => ({
          ...{ runId: item.id, seed, rs: measureOf.rs(item), testAccuracy: measureOf.testAccuracy(item) },
        }))
        .filter(({ rs, testAccuracy }) => Number.isFinite(rs) && Number.isFinite(testAccuracy)),
      difference: reference ? differenceTo(group, reference.group) : null,
    };
  });
  for (const note of generalNotes(study, rows, groups)) notes.add(note);
  const fields = describeFields(methods).filter(({ key }) => variedKeys.includes(key));
  const variedFields = Object.fromEntries(
    fields.map(({ key, label, unit }) => [key, { label, ...(unit === undefined ? {} : { unit }) }]),
  );
  return { study, variedKeys, variedFields, groups: rows, notes: [...notes] };
}

function reachedSparsity({ configuration }: Group, finished: readonly StudyRun[]): number {
  const reached = finished.map(({ item }) => sparsityNow(item));
  const isAsAsked = reached.every((sparsity) => sparsity === configuration.sparsity);
  return isAsAsked ? configuration.sparsity : (estimate(reached)?.mean ?? configuration.sparsity);
}

/** Runs that ended without a result have a line of their own among the notes. */
function groupWarnings({ runs }: Group, finished: readonly StudyRun[]): StudyWarning[] {
  const warnings = new Map<RunWarningCode, StudyWarning>();
  const leftOut = runs.filter(({ item }) => WITHOUT_RESULT.has(item.status));
  if (leftOut.length > 0 && leftOut.length + finished.length === runs.length) {
    const text =
      finished.length === 0
        ? `There is no mean: none of its ${runs.length} runs has finished.`
        : `Means are over ${finished.length} of its ${runs.length} runs.`;
    warnings.set('fewer-runs', { code: 'fewer-runs', text, runIds: leftOut.map(({ item }) => item.id) });
  }
  for (const { item } of runs) {
    for (const warning of item.warnings) {
      const known = warnings.get(warning.code) ?? { ...warning, runIds: [] };
      if (!known.runIds.includes(item.id)) known.runIds.push(item.id);
      warnings.set(warning.code, known);
    }
  }
  return [...warnings.values()];
}

function groupRuns(runs: readonly StudyRun[]): Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const { label, configuration, method } = run;
    const key = `${label ?? ''}\n${groupKey(configuration, method)}`;
    const group = groups.get(key) ?? { key, label, configuration, method, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A key varies where two groups that both use it have it differently. */
function keysThatVary(groups: readonly Group[]): string[] {
  const keys = new Set(groups.flatMap(({ method }) => meantKeys(method)));
  return inOrder(keys).filter((key) => {
    if (TOLD_ANYWAY.has(key)) return false;
    const values = groups.filter((group) => isMeant(key, group.method)).map((group) => group.configuration[key]);
    return new Set(values).size > 1;
  });
}

/** The shared keys first, in their order. */
const inOrder = (keys: ReadonlySet<string>): string[] => [
  ...CONFIGURATION_KEYS.filter((key) => keys.has(key)),
  ...[...keys].filter((key) => !isShared(key)),
];

const titleOf = ({ label, method }: Group): string => label ?? method.title;

function labelOf(group: Group, variedKeys: readonly string[]): string {
  const { label, configuration, method } = group;
  const values = variedKeys.filter((key) => isMeant(key, method)).map((key) => `${key} ${configuration[key]}`);
  const sparsity = method.sparse ? [formatPercent(configuration.sparsity)] : [];
  return [titleOf(group), ...sparsity, ...(label === null ? values : [])].join(' · ');
}

/**
 * The dense group to compare with: the one that agrees in all but topology; else the only one on the same data and
 * network, with the keys in which it differs. Never for a dense group.
 */
function denseFor(group: Group, dense: readonly Group[]): { group: Group; differing: string[] } | null {
  if (!group.method.sparse) return null;
  const candidates = dense
    .filter(
      ({ configuration: { dataset, network } }) =>
        dataset === group.configuration.dataset && network === group.configuration.network,
    )
    .map((one) => ({ group: one, differing: differingKeys(group.configuration, one.configuration) }));
  const same = candidates.find(({ differing }) => differing.length === 0);
  return same ?? (candidates.length === 1 ? candidates[0] : null);
}

const NOT_COMPARED: ReadonlySet<string> = new Set<SharedKey>(['method', 'seed', 'name', 'threads', 'checkpointEvery']);

function differingKeys(sparse: RunConfiguration, dense: RunConfiguration): string[] {
  return CONFIGURATION_KEYS.filter(
    (key) => !NOT_COMPARED.has(key) && !dependsOnMethod(key) && sparse[key] !== dense[key],
  );
}

function differenceTo(group: Group, dense: Group): DenseDifference | null {
  const found = pairedDifference(accuracyBySeed(group), accuracyBySeed(dense));
  if (!found) return null;
  return { ...found, denseKey: dense.key, statement: significanceStatement(found) };
}

function accuracyBySeed({ runs }: Group): Map<number, number> {
  const finished = runs.filter(({ item }) => item.status === 'finished');
  const pairs = finished.map(({ item, configuration }) => [configuration.seed, measureOf.testAccuracy(item)] as const);
  return new Map(pairs.filter(([, accuracy]) => Number.isFinite(accuracy)));
}

function generalNotes(study: StudyListItem, groups: readonly StudyGroup[], asRun: readonly Group[]): string[] {
  const notes = [
    'Mean ± sample standard deviation over n seeds. Test accuracy is that of the last epoch; nothing is chosen by the test set.',
  ];
  const compared = groups.filter(({ difference }) => difference);
  if (compared.length > 0) {
    notes.push(
      'Difference to dense: paired by seed, mean ± half the 95% interval (Student’s t), in percentage points.',
    );
    const tooFew = compared.filter(({ difference }) => difference?.halfWidth === null);
    if (tooFew.length > 0) notes.push('Below 3 pairs no interval is worth stating, and none is given.');
    const stated = compared.length - tooFew.length;
    if (stated > 1) notes.push(`The ${stated} intervals are each at 95%, not corrected for being ${stated}.`);
  } else if (groups.some(({ isSparse }) => isSparse)) {
    notes.push('There is no finished dense run of the same seed, data and network to compare with.');
  }
  const following = asRun.filter(({ method, configuration }) => countsFollowWeights(method, configuration));
  const planned = following
    .flatMap(({ runs }) => runs)
    .filter(({ item }) => item.status === 'finished' && !item.flops.realised).length;
  if (planned > 0) {
    const which = planned === 1 ? 'one run' : `${planned} runs`;
    notes.push(`Training FLOPs of ${which} are as planned, not as trained: an earlier version did not keep them.`);
  }
  const unfinished = study.total - study.counts.finished;
  if (unfinished > 0) notes.push(`${unfinished} of ${study.total} runs have not finished and are in no mean.`);
  for (const { label, leftOut, warnings } of groups) {
    for (const { name, status, runId } of leftOut) notes.push(`Left out: ${visibleText(name)} (${runId}), ${status}.`);
    for (const { code, text, runIds } of warnings) {
      if (code === 'diverged') continue;
      const others = code !== 'fewer-runs' && runIds.length > 1 ? ` The like of ${runIds.length} of its runs.` : '';
      notes.push(`${visibleText(label)}: ${text}${others}`);
    }
  }
  return notes;
}
