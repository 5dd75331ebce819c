import { jsonText } from '../lab/runs/export.ts';

/** One JSON document; see `jsonText`. */
export function printJson(print: (text: string) => void, document: unknown): void {
  print(jsonText(document));
}
