import { isInEvery, type FieldDescription, type MethodDescription } from '../../src-main/contract/index.ts';
import { methods } from '../state/methods.svelte.ts';
import { defaultsByMethod, methodsOf, type MethodDefault } from './defaults.ts';
import {
  FIRST_DRAFT,
  issueIn,
  readStudyDraft,
  readVariants,
  type GridRow,
  type StudyDraft,
  type StudyReading,
  type VariantRow,
} from './draft.ts';

/** The draft outlives the page: looking something up elsewhere must not empty the form. */
let draft = $state.raw<StudyDraft>(FIRST_DRAFT);

/** The fields that a base holds and a grid can vary: the study has its own name and seeds. */
const variable = $derived(methods.fields.filter(({ key }) => key !== 'seed' && key !== 'name'));
const reading = $derived(readStudyDraft(draft, methods));
const chosen = $derived(methodsOf(draft, methods));
const variants = $derived(readVariants(draft.variants, methods.fields, []));
const inGrid = $derived(new Set<string>(draft.rows.map(({ key }) => key)));

export const studyForm = {
  get draft(): StudyDraft {
    return draft;
  },
  get variable(): readonly FieldDescription[] {
    return variable;
  },
  get reading(): StudyReading {
    return reading;
  },
  /** Those of the runs that will be queued. */
  get methods(): readonly MethodDescription[] {
    return chosen;
  },
  /** By the grid or by every variant: the base does not say it. */
  isVaried: (key: string): boolean => inGrid.has(key) || isInEvery(variants, key),
  /** What a field of the base will be where it is left alone. */
  defaults: (field: FieldDescription): readonly MethodDefault[] =>
    defaultsByMethod(field, methodsOf(draft, methods, field.key), methods.default),
  /** Whether some of the variants have a value of their own. */
  isInVariant: (key: string): boolean => variants.some((variant) => key in variant),
  issueOf: (field: string): string | null => issueIn(reading.issues, field),
};

export const changeStudy = (part: Partial<StudyDraft>): void => void (draft = { ...draft, ...part });

/** What the form was last given as a whole: anything else has been typed. */
let given: StudyDraft = FIRST_DRAFT;

/** Gives the form other content. Returns what brings back what was typed before; null where nothing was. */
export function fillStudyForm(next: StudyDraft): (() => void) | null {
  const before = draft;
  const isTyped = before !== given;
  draft = given = next;
  return isTyped ? () => void (draft = before) : null;
}

export const resetStudyForm = (): (() => void) | null => fillStudyForm(FIRST_DRAFT);

export const setBase = (key: string, value: string | boolean): void =>
  changeStudy({ base: { ...draft.base, [key]: value } });

/** Back to the default of each method. */
export function clearBase(key: string): void {
  const base = { ...draft.base };
  delete base[key];
  changeStudy({ base });
}

export function addRow(): void {
  const free = variable.filter(({ key }) => !inGrid.has(key));
  const field = free.find(({ key }) => key === 'updateEvery') ?? free.at(0);
  if (field) changeStudy({ rows: [...draft.rows, { id: nextId(draft.rows), key: field.key, text: '' }] });
}

export const changeRow = (id: number, part: Partial<GridRow>): void =>
  changeStudy({ rows: draft.rows.map((row) => (row.id === id ? { ...row, ...part } : row)) });

export const removeRow = (id: number): void => changeStudy({ rows: draft.rows.filter((row) => row.id !== id) });

export const addVariant = (): void =>
  changeStudy({ variants: [...draft.variants, { id: nextId(draft.variants), label: '', text: '' }] });

export const changeVariant = (id: number, part: Partial<VariantRow>): void =>
  changeStudy({ variants: draft.variants.map((row) => (row.id === id ? { ...row, ...part } : row)) });

export const removeVariant = (id: number): void =>
  changeStudy({ variants: draft.variants.filter((row) => row.id !== id) });

const nextId = (rows: readonly { id: number }[]): number => Math.max(0, ...rows.map(({ id }) => id)) + 1;
