import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export { OWN_METHOD } from './own-method-text.ts';

/** Puts a method's file into the `methods` of a data folder. */
export function writeMethod(dataFolder: string, file: string, code: string): void {
  const folder = join(dataFolder, 'methods');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), code);
}
