import { LONGEST_NAME, type ConfigurationInput, type RunConfiguration } from './configuration.ts';
import { isMeant, meantKeys, requireMethod, type MethodCatalogue, type MethodDescription } from './methods.ts';
import { requireStudy, type StudyDefinition, type StudyVariant } from './study-definition.ts';
import { InvalidConfigurationError, resolveConfiguration, type FieldIssue } from './validation.ts';

/** One run of a study before it is queued. */
export interface StudyPoint {
  configuration: ConfigurationInput;
  /** Of its variant; null where the study has none. */
  label: string | null;
}

/**
 * The configurations that a study trains, variant by variant, grid keys in their order, seeds innermost. Combinations
 * that amount to the same run (a dense network at two sparsities, a static one at two update intervals) come once.
 * @throws InvalidConfigurationError naming the field at fault
 */
export const expandStudy = (definition: StudyDefinition, methods: MethodCatalogue): ConfigurationInput[] =>
  studyPoints(definition, methods).map(({ configuration }) => configuration);

/** The same, each run with the label of its variant. @throws InvalidConfigurationError */
export function studyPoints(input: StudyDefinition, methods: MethodCatalogue): StudyPoint[] {
  const definition = requireStudy(input, methods);
  const { base, grid, seeds } = definition;
  const variants: (StudyVariant | null)[] = definition.variants.length > 0 ? definition.variants : [null];
  const combinations = combine(grid);
  const points = new Map<string, StudyPoint>();
  const issues = new Map<string, FieldIssue>();
  variants.forEach((variant, index) => {
    const { label = null, ...overrides } = variant ?? {};
    for (const combination of combinations) {
      for (const seed of seeds) {
        const configuration = { ...base, ...combination, ...overrides, seed } as ConfigurationInput;
        const check = resolveConfiguration(configuration, methods);
        if (!check.ok) {
          for (const issue of check.issues) {
            const from = originOf(issue.field, definition, overrides, index);
            issues.set(`${from} ${issue.message}`, { field: from, message: issue.message });
          }
          continue;
        }
        const method = requireMethod(methods, check.configuration.method);
        if (label !== null) {
          const varied = Object.entries(combination).filter(([key]) => grid[key].length > 1 && isMeant(key, method));
          configuration.name = variantRunName(label, varied, seed, points.size);
        }
        const key = `${label ?? ''}\n${seed}\n${groupKey(check.configuration, method)}`;
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
export function groupKey(configuration: RunConfiguration, method: MethodDescription): string {
  return JSON.stringify(meantKeys(method).map((key) => [key, configuration[key]]));
}

function combine(grid: StudyDefinition['grid']): Record<string, unknown>[] {
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (combinations, [key, values]) => combinations.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

/** Where in the definition the value of a configuration's field stands. */
function originOf(field: string, definition: StudyDefinition, overrides: object, variant: number): string {
  if (field in overrides) return `variants.${variant}.${field}`;
  if (field in definition.grid) return `grid.${field}`;
  return field === 'seed' ? 'seeds' : `base.${field}`;
}
