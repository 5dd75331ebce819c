import * as v from 'valibot';
import type { ConfigurationInput } from './configuration.ts';
import { keysOf } from './configuration-schema.ts';
import { shortened } from './echo.ts';
import type { MethodCatalogue } from './methods.ts';
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
export function requireStudy(input: unknown, methods: MethodCatalogue): StudyDefinition {
  if (!isObject(input)) throw new InvalidConfigurationError([{ field: '', message: 'a study must be an object' }]);
  const parsed = v.safeParse(studyDefinitionSchema, input);
  if (!parsed.success) throw new InvalidConfigurationError(parsed.issues.map(outerIssue));
  const definition = parsed.output as StudyDefinition;
  const issues = shapeIssues(definition, methods);
  if (issues.length > 0) throw new InvalidConfigurationError(issues);
  return definition;
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

function keyIssue(part: string, key: string, known: readonly string[]): FieldIssue[] {
  const field = `${part}.${key === '' ? '""' : shortened(key)}`;
  if (key === 'seed') return [{ field, message: SEED_HINT }];
  if (key === 'name') return [{ field, message: NAME_HINT }];
  if (known.includes(key)) return [];
  return [{ field, message: unknownKey(shortened(key), known) }];
}

function shapeIssues({ base, grid, variants, seeds }: StudyDefinition, methods: MethodCatalogue): FieldIssue[] {
  const known = keysOf(methods);
  const tooLong = tooLongLists({ grid, variants, seeds });
  if (tooLong.length > 0) return tooLong;
  const issues: FieldIssue[] = [];
  for (const key of Object.keys(base)) issues.push(...keyIssue('base', key, known));
  for (const [key, values] of Object.entries(grid)) {
    const field = `grid.${shortened(key)}`;
    issues.push(...keyIssue('grid', key, known));
    if (values.length === 0) issues.push({ field, message: 'is an empty list: name its values, or leave the key out' });
    issues.push(...repeated(field, values));
  }
  issues.push(...repeated('seeds', seeds), ...variantIssues(variants, grid, known));
  seeds.forEach((seed, index) => {
    const check = resolveConfiguration({ seed }, methods);
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

function variantIssues(
  variants: StudyVariant[],
  grid: StudyDefinition['grid'],
  known: readonly string[],
): FieldIssue[] {
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
      issues.push(...keyIssue(field, key, known));
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
