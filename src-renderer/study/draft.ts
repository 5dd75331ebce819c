import {
  InvalidConfigurationError,
  expandStudy,
  isInEvery,
  requireStudy,
  type ConfigurationInput,
  type FieldDescription,
  type FieldIssue,
  type MethodCatalogue,
  type SharedKey,
  type StudyDefinition,
} from '../../src-main/contract/index.ts';
import { readDraft, type Draft } from '../launch/draft.ts';
import { parseSeeds } from '../launch/seeds.ts';

/** What the form holds. A key that the grid or every variant sets is not taken from the base. */
export interface StudyDraft {
  name: string;
  base: Draft;
  rows: readonly GridRow[];
  variants: readonly VariantRow[];
  seeds: string;
}

/** A named point that the grid cannot express. */
export interface VariantRow {
  /** Stays with the row as others come and go. */
  id: number;
  label: string;
  /** `method=snip, learningRate=0.01`: what it sets beside the base. */
  text: string;
}

export interface GridRow {
  /** Stays with the row as others come and go. */
  id: number;
  key: string;
  /** Values, comma-separated. */
  text: string;
}

export interface StudyReading {
  /** null where something is amiss. */
  definition: StudyDefinition | null;
  runs: number;
  issues: readonly FieldIssue[];
}

export const FIRST_DRAFT: StudyDraft = {
  name: '',
  base: {},
  rows: [
    { id: 1, key: 'method', text: 'dense, static, set, rigl' },
    { id: 2, key: 'sparsity', text: '0.9, 0.95' },
  ],
  variants: [],
  seeds: '1-3',
};

/** The form filled with a study: read again, it asks for the same. What the base says in vain is kept for later. */
export function draftOf({ name, base, grid, variants, seeds }: StudyDefinition): StudyDraft {
  const held = Object.entries(base).map(([key, value]) => [key, typeof value === 'boolean' ? value : String(value)]);
  return {
    name,
    base: Object.fromEntries(held) as Draft,
    rows: Object.entries(grid).map(([key, values], at) => ({
      id: at + 1,
      key,
      text: values.map(String).join(', '),
    })),
    variants: variants.map(({ label, ...overrides }, at) => ({
      id: at + 1,
      label,
      text: Object.entries(overrides)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(', '),
    })),
    seeds: seeds.join(', '),
  };
}

/** Turns the form into a study and counts its runs; what is wrong is named by the part of the study. */
export function readStudyDraft(
  draft: StudyDraft,
  { fields, all }: { fields: readonly FieldDescription[]; all: MethodCatalogue },
): StudyReading {
  const grid: StudyDefinition['grid'] = {};
  const issues: FieldIssue[] = [];
  for (const { key, text } of draft.rows) {
    if (key in grid) issues.push({ field: `grid.${key}`, message: 'is in two rows: put its values in one' });
    const field = fields.find((one) => one.key === key);
    if (field) grid[key] = readValues(field, text);
  }
  const variants = readVariants(draft.variants, fields, issues);
  const isSetElsewhere = (key: string): boolean => key in grid || isInEvery(variants, key) || OWN.has(key);
  const held = Object.fromEntries(Object.entries(draft.base).filter(([key]) => !isSetElsewhere(key)));
  const base = readDraft(held, fields);
  for (const issue of base.issues) issues.push({ field: `base.${issue.field}`, message: issue.message });
  const seeds = parseSeeds(draft.seeds);
  if (!seeds.ok) issues.push({ field: 'seeds', message: seeds.message });

  const isNamed = draft.name.trim() !== '';
  if (!isNamed) issues.push({ field: 'name', message: 'give the study a name' });
  const input = {
    // One slip must not hide another: the rest is checked without a name too.
    name: isNamed ? draft.name : 'Study',
    base: withoutSeed(base.readable),
    grid,
    variants,
    seeds: seeds.ok ? seeds.seeds : [1],
  };
  try {
    const definition = requireStudy(input, all);
    const runs = expandStudy(definition, all).length;
    return { definition: issues.length === 0 ? definition : null, runs, issues };
  } catch (error) {
    if (!(error instanceof InvalidConfigurationError)) throw error;
    return { definition: null, runs: 0, issues: [...issues, ...error.issues] };
  }
}

/** What is wrong with a part of the study, or with a key within it, which is then named. */
export function issueIn(issues: readonly FieldIssue[], field: string): string | null {
  const issue = issues.find((one) => one.field === field || one.field.startsWith(`${field}.`));
  if (!issue) return null;
  const within = issue.field.slice(field.length + 1);
  return within === '' || !Number.isNaN(Number(within)) ? issue.message : `${within} ${issue.message}`;
}

/** Overrides by the kind of their fields; what is no pair, or no key, is named by its variant. */
export function readVariants(
  rows: readonly VariantRow[],
  fields: readonly FieldDescription[],
  issues: FieldIssue[],
): StudyDefinition['variants'] {
  return rows.map(({ label, text }, at) => {
    const overrides: Record<string, unknown> = {};
    for (const part of text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)) {
      const [key, value] = part.split('=').map((side) => side.trim());
      const field = fields.find((one) => one.key === key);
      if (value === undefined || value === '') {
        issues.push({ field: `variants.${at}`, message: `${part} is not key=value, such as method=snip` });
      } else if (field) overrides[key] = readValues(field, value)[0];
      // The contract says which keys there are.
      else overrides[key] = value;
    }
    return { label: label.trim(), ...overrides };
  });
}

/** The study says these in fields of their own. */
const OWN: ReadonlySet<string> = new Set<SharedKey>(['name', 'seed']);

/** `0.9, 0.95` by the kind of its field; what cannot be read stays text, for the contract to name. */
export function readValues({ control }: FieldDescription, text: string): unknown[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  if (control === 'number' || control === 'integer') {
    return parts.map((part) => (Number.isNaN(Number(part)) ? part : Number(part)));
  }
  if (control === 'switch') return parts.map((part) => (part === 'true' ? true : part === 'false' ? false : part));
  return parts;
}

function withoutSeed(input: ConfigurationInput): ConfigurationInput {
  const copy = { ...input };
  delete copy.seed;
  return copy;
}
