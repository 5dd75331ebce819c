import {
  describeFields,
  MAX_STUDY_RUNS,
  unknownKey,
  type ConfigurationInput,
  type FieldDescription,
  type MethodCatalogue,
  shortened,
} from '../contract/index.ts';
import { UsageError } from './command.ts';
import { readJsonFile } from './input-file.ts';

/**
 * Reads `--config`: one configuration, an array of them, or `{ "runs": [...] }`.
 * @throws UsageError naming the file and what is wrong with it
 */
export function readConfigurationFile(file: string): unknown[] {
  const document = readJsonFile('--config', file);
  const runs = isObject(document) && 'runs' in document ? document.runs : document;
  const list: unknown[] = Array.isArray(runs) ? runs : [runs];
  if (list.length === 0) throw new UsageError(`--config: ${shortened(file)} holds no run`);
  if (list.length > MAX_STUDY_RUNS) {
    throw new UsageError(`--config: ${shortened(file)} holds ${list.length} runs; at most ${MAX_STUDY_RUNS} at a time`);
  }
  list.forEach((entry, index) => {
    if (!isObject(entry))
      throw new UsageError(`--config: run ${index + 1} in ${shortened(file)} is not an object of keys`);
  });
  return list;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads `--set key=value`, each value by the kind of its field.
 * @throws UsageError naming the key, with the nearest ones where it is unknown
 */
export function readAssignments(assignments: readonly string[], methods: MethodCatalogue): ConfigurationInput {
  const fields = new Map(describeFields(methods).map((field) => [field.key, field]));
  const read = assignments.map((assignment) => {
    const at = assignment.indexOf('=');
    if (at < 1) throw new UsageError(`--set: ${shortened(assignment)} is not key=value`);
    const key = assignment.slice(0, at);
    const field = fields.get(key);
    if (!field) throw new UsageError(`${shortened(key)}: ${unknownKey(shortened(key), [...fields.keys()])}`);
    return [key, valueOf(field, assignment.slice(at + 1))] as const;
  });
  return Object.fromEntries(read) as ConfigurationInput;
}

function valueOf({ key, control }: FieldDescription, text: string): string | number | boolean {
  if (control === 'number' || control === 'integer') {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value))
      throw new UsageError(`${key}: must be a number, not "${shortened(text)}"`);
    return value;
  }
  if (control === 'switch') {
    if (text !== 'true' && text !== 'false')
      throw new UsageError(`${key}: must be true or false, not "${shortened(text)}"`);
    return text === 'true';
  }
  return text;
}
