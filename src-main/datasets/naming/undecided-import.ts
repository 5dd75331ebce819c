import { DatasetError } from '../dataset-error.ts';

/** What is to be imported can be understood in more than one way; the message names the choice that decides. */
export class UndecidedImportError extends DatasetError {}

/** `a`, `a and b`, `a, b and c` */
export const listed = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nothing');
