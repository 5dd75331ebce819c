import {
  defaultsOf,
  isShared,
  requireMethod,
  type ConfigurationInput,
  type FieldDescription,
  type FieldIssue,
  type MethodCatalogue,
  type RunConfiguration,
} from '../../src-main/contract/index.ts';
import { parseSeeds } from './seeds.ts';

/** What the form holds: only the fields that a person set; the others follow the method's defaults. */
export type Draft = Partial<Record<string, string | boolean>>;

export interface DraftReading {
  /** One configuration per seed. Empty where the text of some field cannot be read. */
  configurations: ConfigurationInput[];
  /** All that can be read, with the first seed: what the lab is asked about, so that one slip hides no other. */
  readable: ConfigurationInput;
  issues: FieldIssue[];
}

/** Turns the form's text into configurations; numbers that are not numbers are named here, ranges by the lab. */
export function readDraft(draft: Draft, fields: readonly FieldDescription[]): DraftReading {
  const issues: FieldIssue[] = [];
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const held = draft[field.key];
    if (held === undefined || field.key === 'seed') continue;
    if (typeof held === 'string' && (field.control === 'number' || field.control === 'integer')) {
      const number = parseNumber(held);
      if (number === null) {
        const message = held.trim() === '' ? 'must not be empty' : `must be a number, not “${held.trim()}”`;
        issues.push({ field: field.key, message });
      } else values[field.key] = number;
    } else values[field.key] = typeof held === 'string' ? held.trim() : held;
  }

  const seeds = typeof draft.seed === 'string' ? parseSeeds(draft.seed) : { ok: true as const, seeds: [1] };
  if (!seeds.ok) issues.push({ field: 'seed', message: seeds.message });
  const input = values as ConfigurationInput;
  const readable = { ...input, seed: seeds.ok ? seeds.seeds[0] : 1 };
  if (issues.length > 0 || !seeds.ok) return { configurations: [], readable, issues };

  const name = input.name ?? '';
  const configurations = seeds.seeds.map((seed) => ({
    ...input,
    seed,
    ...(name !== '' && seeds.seeds.length > 1 ? { name: `${name}, seed ${seed}` } : {}),
  }));
  return { configurations, readable, issues };
}

/**
 * A draft that makes the same run again, holding only what differs from the method's defaults.
 * @throws Error where the method is not here any more
 */
export function draftFrom(configuration: RunConfiguration, methods: MethodCatalogue): Draft {
  const method = requireMethod(methods, configuration.method);
  const defaults = defaultsOf(method);
  const draft: Draft = { method: method.name };
  for (const [key, value] of Object.entries(configuration)) {
    if (key === 'name' || !(isShared(key) || key in method.keys)) continue;
    if (value !== defaults[key]) draft[key] = typeof value === 'boolean' ? value : String(value);
  }
  return draft;
}

function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return null;
  return Number(trimmed);
}
