import * as v from 'valibot';
import { configurationSchema, type ConfigurationInput, type RunConfiguration } from './configuration.ts';
import { baseDefaults, methodDefaults } from './defaults.ts';
import { listed, shortened } from './echo.ts';
import { METHOD_NAMES, type MethodName } from './methods.ts';
import { ReadableError } from './readable-error.ts';
import { unknownKey } from './unknown-key.ts';

/** One thing wrong with one field; `field` is empty where the whole input is at fault. */
export interface FieldIssue {
  field: string;
  message: string;
}

export type ConfigurationCheck = { ok: true; configuration: RunConfiguration } | { ok: false; issues: FieldIssue[] };

const isMethod = (value: unknown): value is MethodName => METHOD_NAMES.includes(value as MethodName);

/**
 * Fills in the defaults of the chosen method and checks every field.
 * A dense run always has sparsity 0, whatever the input says: it has no mask.
 */
export function resolveConfiguration(input: unknown): ConfigurationCheck {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, issues: [{ field: '', message: 'a configuration must be an object of keys and values' }] };
  }
  const given = input as ConfigurationInput;
  const method = isMethod(given.method) ? given.method : baseDefaults.method;
  const merged: Record<string, unknown> = { ...baseDefaults, ...methodDefaults[method], ...given };
  if (method === 'dense') merged.sparsity = 0;
  const result = v.safeParse(configurationSchema, merged);
  if (result.success) return { ok: true, configuration: result.output };
  return { ok: false, issues: result.issues.map(toFieldIssue) };
}

/** The same, for a caller that treats invalid input as an error. @throws InvalidConfigurationError */
export function requireConfiguration(input: unknown): RunConfiguration {
  const check = resolveConfiguration(input);
  if (check.ok) return check.configuration;
  throw new InvalidConfigurationError(check.issues);
}

export class InvalidConfigurationError extends ReadableError {
  override readonly name = 'InvalidConfigurationError';
  readonly issues: FieldIssue[];

  constructor(issues: FieldIssue[]) {
    super(listed(issues.map(issueText)).join('\n'));
    this.issues = issues;
  }
}

/** Longer than any message of a field, the list of all keys among them; the keys of an input are shortened before. */
const LONGEST_MESSAGE = 2000;

/** One line, whatever the input that it repeats. */
const issueText = ({ field, message }: FieldIssue): string => {
  const text = shortened(message, LONGEST_MESSAGE);
  return field ? `${shortened(field, LONGEST_MESSAGE)}: ${text}` : text;
};

/** Where an issue stands: keys and indices joined by dots; an empty key is shown as one. Empty where all is at fault. */
export function fieldOf({ path }: v.BaseIssue<unknown>): string {
  if (!path) return '';
  return path.map(({ key }) => (key === '' ? '""' : String(key))).join('.');
}

function toFieldIssue(issue: v.BaseIssue<unknown>): FieldIssue {
  const field = shortened(fieldOf(issue));
  // Only where a key is not the schema's: wrong values have types of their own.
  if (issue.type === 'strict_object' && issue.path) return { field, message: unknownKey(field) };
  return { field, message: issue.message };
}
