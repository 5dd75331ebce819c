import { defaultImportChoices, LARGEST_SIDE, type ImportChoices } from '../../src-main/contract/index.ts';

/** What the form holds: the size stays as it was typed until it can be read. */
export type ImportDraft = Omit<ImportChoices, 'size'> & { size: string };

export const FIRST_IMPORT_DRAFT: ImportDraft = { ...defaultImportChoices, size: '' };

/** The choices, or what is wrong with the size. An empty one leaves the images as they are. */
export function readImportDraft(
  draft: ImportDraft,
): { choices: ImportChoices; issue: null } | { choices: null; issue: string } {
  const text = draft.size.trim();
  if (text === '') return { choices: { ...draft, size: null }, issue: null };
  const match = /^(\d+)\s*(?:[x×]\s*(\d+))?$/i.exec(text);
  const [height, width] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0];
  const isSize = Math.min(height, width) >= 1 && Math.max(height, width) <= LARGEST_SIDE;
  if (isSize) return { choices: { ...draft, size: [height, width] }, issue: null };
  return {
    choices: null,
    issue:
      `Size must be height × width, such as 32 × 24, or one number for both, each from 1 to ${LARGEST_SIDE}, ` +
      `not “${text}”. Leave it empty to keep the images’ own.`,
  };
}
