import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shortened, visibleText, type MethodSource } from '../../contract/index.ts';

/** Within the data folder. */
export const METHODS_FOLDER = 'methods';
const METHOD_FILE = /(?<!\.d)\.(?:ts|mts|js|mjs)$/;
/** Whether a file may be a method, by its name. */
export const isMethodFile = (name: string): boolean => METHOD_FILE.test(name);
/** A method is a page or two; what is larger is something else. */
const MOST_BYTES = 2 ** 20;
const MOST_FILES = 200;

/** A file that may be a method; `problem` where it cannot even be read. */
export interface FoundFile {
  folder: string;
  source: MethodSource | null;
  file: string;
  problem: string | null;
}

interface Known {
  stamp: string;
  found: FoundFile;
}

/** Looks through folders of methods again and again, and reads only what has changed since. */
export function createMethodFolders(folders: readonly string[]): { look(): Promise<FoundFile[]> } {
  const known = new Map<string, Known>();

  async function read(folder: string, file: string): Promise<FoundFile> {
    const path = join(folder, file);
    try {
      const { size, mtimeMs } = await stat(path);
      const stamp = `${size} ${mtimeMs}`;
      const before = known.get(path);
      if (before?.stamp === stamp) return before.found;
      const found = size > MOST_BYTES ? tooLarge(folder, file, size) : await readSource(folder, file);
      known.set(path, { stamp, found });
      return found;
    } catch (error) {
      return { folder, file, source: null, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  return {
    async look() {
      const found: FoundFile[] = [];
      for (const folder of folders) {
        const names = (await listFolder(folder)).filter(isMethodFile).sort();
        for (const name of names.slice(0, MOST_FILES)) found.push(await read(folder, name));
        for (const name of names.slice(MOST_FILES)) {
          found.push({ folder, file: name, source: null, problem: `is beyond the ${MOST_FILES} files of its folder` });
        }
      }
      return found;
    },
  };
}

async function readSource(folder: string, file: string): Promise<FoundFile> {
  const bytes = await readFile(join(folder, file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { folder, file, source: { file: visibleText(file), code: bytes.toString('utf8'), sha256 }, problem: null };
}

const tooLarge = (folder: string, file: string, size: number): FoundFile => ({
  ...{ folder, file, source: null },
  problem: `has ${size} bytes, more than the ${MOST_BYTES} of a method`,
});

/** Empty where there is no such folder. @throws Error where it cannot be read */
async function listFolder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`The folder of methods ${shortened(folder)} cannot be read: ${String(error)}`, { cause: error });
  }
}
