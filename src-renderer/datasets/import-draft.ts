import * as v from 'valibot';
import {
  defaultImportChoices,
  importChoicesSchema,
  LARGEST_SIDE,
  parseSplitNames,
  type ImportChoices,
} from '../../src-main/contract/index.ts';

/** Fields that are typed. */
export type TypedField =
  | 'name'
  | 'size'
  | 'testShare'
  | 'seed'
  | 'labels'
  | 'images'
  | 'config'
  | 'trainSplits'
  | 'testSplits'
  | 'valueRange'
  | 'mostGibibytes';

/** What the form holds: what is typed stays as it is until it can be read. */
export type ImportDraft = Omit<ImportChoices, TypedField> & Record<TypedField, string>;

export const FIRST_IMPORT_DRAFT: ImportDraft = {
  ...defaultImportChoices,
  name: '',
  size: '',
  testShare: String(defaultImportChoices.testShare),
  seed: String(defaultImportChoices.seed),
  labels: '',
  images: '',
  config: '',
  trainSplits: '',
  testSplits: '',
  valueRange: '',
  mostGibibytes: String(defaultImportChoices.mostGibibytes),
};

export interface DraftIssue {
  field: TypedField;
  text: string;
}

/** What the form calls its fields. */
export const TITLES: Record<TypedField, string> = {
  name: 'Name',
  size: 'Size',
  testShare: 'Test share',
  seed: 'Seed',
  labels: 'Labels in',
  images: 'Images in',
  config: 'Configuration',
  trainSplits: 'Training splits',
  testSplits: 'Test splits',
  valueRange: 'Value range',
  mostGibibytes: 'Memory, GiB',
};

const SIZE_ISSUE =
  `must be height × width, such as 32 × 24, or one number for both, each from 1 to ${LARGEST_SIDE}, not “SIZE”. ` +
  'Leave it empty to keep the images’ own.';

/** The choices, or what is wrong with the first field that cannot be read. Empty ones leave what is usual. */
export function readImportDraft(
  draft: ImportDraft,
): { choices: ImportChoices; issue: null } | { choices: null; issue: DraftIssue } {
  const size = readSize(draft.size);
  if (size === undefined) return failed('size', SIZE_ISSUE.replace('SIZE', draft.size.trim()));
  const result = v.safeParse(importChoicesSchema, {
    ...draft,
    name: draft.name.trim() || null,
    labels: draft.labels.trim() || null,
    images: draft.images.trim() || null,
    config: draft.config.trim() || null,
    trainSplits: readSplits(draft.trainSplits),
    testSplits: readSplits(draft.testSplits),
    testShare: readNumber(draft.testShare, defaultImportChoices.testShare),
    seed: readNumber(draft.seed, defaultImportChoices.seed),
    mostGibibytes: readNumber(draft.mostGibibytes, defaultImportChoices.mostGibibytes),
    valueRange: readRange(draft.valueRange),
    size,
  });
  if (result.success) return { choices: result.output, issue: null };
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key) as TypedField;
  return failed(field, `${issue.message}, not “${draft[field].trim()}”.`);
}

const failed = (field: TypedField, problem: string) => ({
  choices: null,
  issue: { field, text: `${TITLES[field]} ${problem}` },
});

/** null for the images' own, undefined where it cannot be read. */
function readSize(typed: string): [number, number] | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  const match = /^(\d+)\s*(?:[x×]\s*(\d+))?$/i.exec(text);
  const [height, width] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0];
  const isSize = Math.min(height, width) >= 1 && Math.max(height, width) <= LARGEST_SIDE;
  return isSize ? [height, width] : undefined;
}

/** null to follow the names; an empty name is left to the choices' own check. */
const readSplits = (typed: string): string[] | null => (typed.trim() === '' ? null : (parseSplitNames(typed) ?? ['']));

/** null to follow the data; what is no pair of numbers is left to the choices' own check. */
function readRange(typed: string): number[] | null {
  if (typed.trim() === '') return null;
  return typed.split(/[,;]|\s+to\s+/).map((part) => (part.trim() === '' ? NaN : Number(part)));
}

/** What is no number is left to the choices' own check. */
const readNumber = (typed: string, usual: number) => (typed.trim() === '' ? usual : Number(typed));
