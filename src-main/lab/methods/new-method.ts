import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReadableError, shortened, type MethodCatalogue } from '../../contract/index.ts';
import { isMethodName } from '../../own-methods/method-schema.ts';
import { methodTemplate } from './template.ts';

/** A new method cannot be written as it was asked for. */
export class NewMethodError extends ReadableError {
  override readonly name = 'NewMethodError';
}

/** What an editor needs to find espalier.d.ts and to know what the engine of the language can do. */
const EDITOR_SETTINGS = {
  compilerOptions: { target: 'ES2023', lib: ['ES2023'], module: 'ESNext', strict: true, noEmit: true, types: [] },
  include: ['*.ts'],
};

/**
 * Writes a running template of a method into a folder, which is made where it is not there; for TypeScript its types and
 * an editor's settings beside it.
 * @param typesFile espalier.d.ts, made from the sources
 * @returns the files written, the method's first
 * @throws NewMethodError where the name is none or taken, or there is such a file
 */
export function writeNewMethod(
  folder: string,
  name: string,
  { isTypeScript, methods, typesFile }: { isTypeScript: boolean; methods: MethodCatalogue; typesFile: string },
): string[] {
  if (!isMethodName(name)) {
    throw new NewMethodError(
      `NAME: ${shortened(name)} must be lower-case letters, digits and single hyphens, at most 40, such as my-method`,
    );
  }
  if (methods.has(name)) throw new NewMethodError(`NAME: there is a method ${name} already; choose another name`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.${isTypeScript ? 'ts' : 'js'}`);
  if (!writeAbsent(file, methodTemplate(name, isTypeScript))) {
    throw new NewMethodError(`NAME: there is a file ${shortened(file)} already; it was left as it is`);
  }
  if (!isTypeScript) return [file];
  // Made from the sources of this version, and no one's to edit.
  const types = join(folder, 'espalier.d.ts');
  copyFileSync(typesFile, types);
  const settings = join(folder, 'tsconfig.json');
  const isWritten = writeAbsent(settings, `${JSON.stringify(EDITOR_SETTINGS, null, 2)}\n`);
  return [file, types, ...(isWritten ? [settings] : [])];
}

/** Returns false where there is such a file, which stays as it is. */
function writeAbsent(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
