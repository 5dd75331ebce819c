import * as v from 'valibot';
import { CONFIGURATION_KEYS, LONGEST_NAME, type ConfigurationInput, type RunConfiguration } from './configuration.ts';
import { describeFields } from './fields.ts';
import type { RunWarning } from './run-warnings.ts';
import type { RunStatus } from './runs.ts';
import { shortened } from './echo.ts';
import { unknownKey } from './unknown-key.ts';
import { fieldOf, InvalidConfigurationError, resolveConfiguration, type FieldIssue } from './validation.ts';

/** A point of a study that the grid cannot express: overrides under a name of its own. */
export type StudyVariant = { label: string } & ConfigurationInput;

/** One base configuration, crossed with variants, a grid and seeds. */
export interface StudyDefinition {
  name: string;
  base: ConfigurationInput;
  /** Values by configuration key; every combination is trained. */
  grid: Record<string, unknown[]>;
  variants: StudyVariant[];
  seeds: number[];
}

/** One run of a study before it is queued. */
export interface StudyPoint {
  configuration: ConfigurationInput;
  /** Of its variant; null where the study has none. */
  label: string | null;
}

export const MAX_STUDY_RUNS = 10_000;

const record = (what: string) =>
  v.custom<Record<string, unknown>>(isObject, `must be an object of ${what}, such as { "sparsity": 0.9 }`);

/** The outer shape; the values are checked run by run, as configurations are. */
export const studyDefinitionSchema = v.strictObject({
  name: v.pipe(
    v.string('must be text'),
    v.trim(),
    v.nonEmpty('give the study a name'),
    v.maxLength(120, 'must be at most 120 characters'),
  ),
  base: v.optional(record('keys and values'), {}),
  grid: v.optional(
    v.record(
      v.string(),
      v.array(v.unknown(), 'must be a list of values'),
      'must be an object of lists, such as { "sparsity": [0.8, 0.9] }',
    ),
    {},
  ),
  variants: v.optional(v.array(record('a label and overrides'), 'must be a list of variants'), []),
  seeds: v.pipe(
    v.array(v.number('must be whole numbers'), 'must be a list of whole numbers'),
    v.nonEmpty('name at least one seed'),
  ),
});

/**
 * Checks a study as a person wrote it and fills in what was left out.
 * @throws InvalidConfigurationError naming each field at fault (`grid.sparsity`, `variants.2.label`)
 */
export function requireStudy(input: unknown): StudyDefinition {
  if (!isObject(input)) throw new InvalidConfigurationError([{ field: '', message: 'a study must be an object' }]);
  const parsed = v.safeParse(studyDefinitionSchema, input);
  if (!parsed.success) throw new InvalidConfigurationError(parsed.issues.map(outerIssue));
  const definition = parsed.output as StudyDefinition;
  const issues = shapeIssues(definition);
  if (issues.length > 0) throw new InvalidConfigurationError(issues);
  return definition;
}

/**
 * The configurations that a study trains, variant by variant, grid keys in their order, seeds innermost. Combinations
 * that amount to the same run (a dense network at two sparsities, a static one at two update intervals) come once.
 * @throws InvalidConfigurationError naming the field at fault
 */
export const expandStudy = (definition: StudyDefinition): ConfigurationInput[] =>
  studyPoints(definition).map(({ configuration }) => configuration);

/** The same, each run with the label of its variant. @throws InvalidConfigurationError */
export function studyPoints(input: StudyDefinition): StudyPoint[] {
  const definition = requireStudy(input);
  const { base, grid, seeds } = definition;
  const variants: (StudyVariant | null)[] = definition.variants.length > 0 ? definition.variants : [null];
  const combinations = combine(grid);
  const points = new Map<string, StudyPoint>();
  const issues = new Map<string, FieldIssue>();
  variants.forEach((variant, place) => {
    const { label = null, ...overrides } = variant ?? {};
    for (const combination of combinations) {
      for (const seed of seeds) {
        const configuration = { ...base, ...combination, ...overrides, seed } as ConfigurationInput;
        const check = resolveConfiguration(configuration);
        if (!check.ok) {
          for (const issue of check.issues) {
            const from = originOf(issue.field, definition, overrides, place);
            issues.set(`${from} ${issue.message}`, { field: from, message: issue.message });
          }
          continue;
        }
        if (label !== null) {
          const varied = Object.entries(combination).filter(
            ([key]) => grid[key].length > 1 && isMeant(key as keyof RunConfiguration, check.configuration),
          );
          configuration.name = variantRunName(label, varied, seed, points.size);
        }
        const key = `${label ?? ''}\n${seed}\n${groupKey(check.configuration)}`;
        if (!points.has(key)) points.set(key, { configuration, label });
      }
    }
  });
  if (issues.size > 0) throw new InvalidConfigurationError([...issues.values()]);
  return [...points.values()];
}

/**
 * `Slow SET · updateEvery 30 · seed 1`: what the grid varies tells the runs of one variant apart. A name that would be
 * too long for a run has its number within the study instead.
 */
function variantRunName(label: string, varied: [key: string, value: unknown][], seed: number, number: number): string {
  const values = varied.map(([key, value]) => `${key} ${String(value)}`).join(', ');
  const name = [label, ...(values === '' ? [] : [values]), `seed ${seed}`].join(' · ');
  const ending = ` · run ${number + 1} · seed ${seed}`;
  return name.length <= LONGEST_NAME ? name : label.slice(0, LONGEST_NAME - ending.length) + ending;
}

/** Runs whose configurations differ in nothing but seed, name and what their method does not use have the same key. */
export function groupKey(configuration: RunConfiguration): string {
  return JSON.stringify(
    CONFIGURATION_KEYS.filter((key) => isMeant(key, configuration)).map((key) => [key, configuration[key]]),
  );
}

/** Whether a key says anything about a run of this configuration, seed and name aside. */
export function isMeant(key: keyof RunConfiguration, { method }: Pick<RunConfiguration, 'method'>): boolean {
  if (key === 'seed' || key === 'name') return false;
  return !unusedBy().get(key)?.includes(method);
}

/** Whether all variants set a key, so that the value of the base would be no run's. */
export const isInEvery = (variants: StudyDefinition['variants'], key: string): boolean =>
  variants.length > 0 && variants.every((variant) => key in variant);

/** Two definitions that ask for the same, whatever the order of their keys and what their bases say in vain. */
export const sameStudy = (a: StudyDefinition, b: StudyDefinition): boolean =>
  canonical(inForce(a)) === canonical(inForce(b));

/** Without what the grid or every variant sets in the base's stead. */
function inForce(definition: StudyDefinition): StudyDefinition {
  const { base, grid, variants } = definition;
  const meant = Object.entries(base).filter(([key]) => !(key in grid) && !isInEvery(variants, key));
  return { ...definition, base: Object.fromEntries(meant) };
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

let fieldUse: Map<string, readonly string[]> | null = null;
function unusedBy(): Map<string, readonly string[]> {
  fieldUse ??= new Map(describeFields().map((field) => [field.key, field.unusedBy ?? []]));
  return fieldUse;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function outerIssue(issue: v.BaseIssue<unknown>): FieldIssue {
  const field = shortened(fieldOf(issue));
  if (issue.type !== 'strict_object' || !issue.path) return { field, message: issue.message };
  if (issue.received === 'undefined') return { field, message: 'is missing' };
  return { field, message: 'is not part of a study; its parts are name, base, grid, variants, seeds' };
}

const SEED_HINT = 'belongs in seeds: every combination is trained once per seed';
const NAME_HINT = 'runs of a study are named by their variant or method';
const known = new Set<string>(CONFIGURATION_KEYS);

function keyIssue(part: string, key: string): FieldIssue[] {
  const field = `${part}.${key === '' ? '""' : shortened(key)}`;
  if (key === 'seed') return [{ field, message: SEED_HINT }];
  if (key === 'name') return [{ field, message: NAME_HINT }];
  if (known.has(key)) return [];
  return [{ field, message: unknownKey(shortened(key)) }];
}

function shapeIssues({ base, grid, variants, seeds }: StudyDefinition): FieldIssue[] {
  const tooLong = tooLongLists({ grid, variants, seeds });
  if (tooLong.length > 0) return tooLong;
  const issues: FieldIssue[] = [];
  for (const key of Object.keys(base)) issues.push(...keyIssue('base', key));
  for (const [key, values] of Object.entries(grid)) {
    const field = `grid.${shortened(key)}`;
    issues.push(...keyIssue('grid', key));
    if (values.length === 0) issues.push({ field, message: 'is an empty list: name its values, or leave the key out' });
    issues.push(...repeated(field, values));
  }
  issues.push(...repeated('seeds', seeds), ...variantIssues(variants, grid));
  seeds.forEach((seed, index) => {
    const check = resolveConfiguration({ seed });
    if (!check.ok) issues.push({ field: `seeds.${index}`, message: check.issues[0].message });
  });
  const sizes = [Math.max(1, variants.length), seeds.length, ...Object.values(grid).map((values) => values.length)];
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > MAX_STUDY_RUNS) {
    issues.push({
      field: 'grid',
      message: `${sizes.join(' × ')} makes ${count} runs; a study has at most ${MAX_STUDY_RUNS}: name fewer values`,
    });
  }
  return issues;
}

/** Before anything is said of their entries: a list of its own makes at least so many runs. */
function tooLongLists({ grid, variants, seeds }: Omit<StudyDefinition, 'name' | 'base'>): FieldIssue[] {
  const lists = {
    seeds,
    variants,
    ...Object.fromEntries(Object.entries(grid).map(([key, list]) => [`grid.${key}`, list])),
  };
  return Object.entries(lists)
    .filter(([, { length }]) => length > MAX_STUDY_RUNS)
    .map(([field, { length }]) => ({
      field: shortened(field),
      message: `has ${length} entries; a study has at most ${MAX_STUDY_RUNS} runs: name fewer`,
    }));
}

function variantIssues(variants: StudyVariant[], grid: StudyDefinition['grid']): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const labels = new Map<string, number>();
  variants.forEach(({ label, ...overrides }, index) => {
    const field = `variants.${index}`;
    if (typeof label !== 'string' || label.trim() === '' || label.length > 100) {
      issues.push({ field: `${field}.label`, message: 'give each variant a label of 1 to 100 characters' });
    } else if (labels.has(label)) {
      issues.push({
        field: `${field}.label`,
        message: `"${shortened(label)}" is also the label of variants.${labels.get(label)}`,
      });
    } else labels.set(label, index);
    for (const key of Object.keys(overrides)) {
      issues.push(...keyIssue(field, key));
      if (key in grid) issues.push({ field: `${field}.${key}`, message: 'is also in the grid: set it in one of them' });
    }
  });
  return issues;
}

function repeated(field: string, values: readonly unknown[]): FieldIssue[] {
  const before = new Set<unknown>();
  const found = values.find((value) => before.size === before.add(value).size);
  return found === undefined ? [] : [{ field, message: `names ${shortened(JSON.stringify(found))} twice` }];
}

function combine(grid: StudyDefinition['grid']): Record<string, unknown>[] {
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (combinations, [key, values]) => combinations.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

/** Where in the definition the value of a configuration's field stands. */
function originOf(field: string, definition: StudyDefinition, overrides: object, place: number): string {
  if (field in overrides) return `variants.${place}.${field}`;
  if (field in definition.grid) return `grid.${field}`;
  return field === 'seed' ? 'seeds' : `base.${field}`;
}

/** A study as it stands. Runs in the trash are left out of every count. */
export interface StudyListItem {
  id: string;
  name: string;
  definition: StudyDefinition;
  createdAt: number;
  /** The run that stands for each point of the study now; repeats of failed runs replace them. */
  runIds: string[];
  /** How many runs the study asks for. */
  total: number;
  counts: Record<RunStatus, number>;
  /** The runs of points that are in the trash; restoring them brings the points back. */
  trashedRunIds: string[];
}

/** Over the finished runs of one group whose value is finite. */
export interface SampleEstimate {
  n: number;
  mean: number;
  /** Sample standard deviation (n − 1); null where n < 2. */
  deviation: number | null;
}

/** Test accuracy minus that of the dense run of the same seed, over the seeds both have finished. Fractions. */
export interface DenseDifference extends SampleEstimate {
  /** Half the width of the 95% interval by Student's t; null where none is worth stating (fewer than 3 pairs). */
  halfWidth: number | null;
  /** The key of the dense group. */
  denseKey: string;
  /** What may be said of it, in words. */
  statement: string;
}

export const STUDY_MEASURES = [
  'testAccuracy',
  'bestValidation',
  'lastValidation',
  'rs',
  'updates',
  'seconds',
  'trainFlopsRatio',
] as const;
export type StudyMeasure = (typeof STUDY_MEASURES)[number];

/** What several runs of a group warn of: the words of the first, and all that say the like. */
export interface StudyWarning extends RunWarning {
  runIds: string[];
}

export interface StudyGroup {
  key: string;
  /** Of the variant, else of the method. */
  title: string;
  /** The title and whatever else tells the group from the others. */
  label: string;
  method: RunConfiguration['method'];
  /** What its configuration asks for. */
  sparsity: number;
  /** What its finished runs have (`sparsityNow`), their mean; the one asked for where none has finished. */
  reachedSparsity: number;
  /** The keys that vary within the study, as they are here; null where they mean nothing to this method. */
  varied: Record<string, string | number | boolean | null>;
  seeds: number[];
  runIds: string[];
  finished: number;
  /** Queued, running, paused. */
  waiting: number;
  /** Runs left out of every mean, by name and why. */
  leftOut: { runId: string; name: string; status: RunStatus }[];
  /** A mean over fewer runs than planned, and what the runs warn of, one for each code. */
  warnings: StudyWarning[];
  /** null where no run has finished with a finite value. */
  measures: Record<StudyMeasure, SampleEstimate | null>;
  /** Finished runs with both values finite, by seed: how much each explored and how right it is. */
  points: { runId: string; seed: number; rs: number; testAccuracy: number }[];
  /** null for dense groups, and where the study has no dense group to compare with. */
  difference: DenseDifference | null;
}

export interface StudyResults {
  study: StudyListItem;
  /** Keys of the configuration that vary, besides method, sparsity and seed. */
  variedKeys: string[];
  groups: StudyGroup[];
  /** What a reader must know to read the table right. */
  notes: string[];
}

export const STUDY_FORMATS = ['csv', 'markdown', 'latex', 'json'] as const;
export type StudyFormat = (typeof STUDY_FORMATS)[number];

/** Pictures of a study's results. */
export const STUDY_CHARTS = ['rs-accuracy'] as const;
export type StudyChart = (typeof STUDY_CHARTS)[number];
export const STUDY_CHART_FORMATS = ['svg', 'csv'] as const;
export type StudyChartFormat = (typeof STUDY_CHART_FORMATS)[number];
