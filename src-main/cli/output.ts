import { finiteOrText } from '../lab/export.ts';

/** One JSON document. NaN and infinities, which JSON lacks, become text. */
export function printJson(print: (text: string) => void, document: unknown): void {
  print(JSON.stringify(document, finiteOrText, 2));
}
