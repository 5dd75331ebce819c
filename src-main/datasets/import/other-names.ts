import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportAnswer } from '../../contract/index.ts';
import { CACHE_EXTENSION } from '../cache-header.ts';
import { DatasetError } from '../dataset-error.ts';
import { knownDatasets } from '../known-datasets.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';

/** As long as an identifier may be. */
const LONGEST_NAME = 63;

/**
 * That a name cannot be taken, with names that can.
 * @param path what is imported
 * @param folder where copies are kept
 * @param problem whole sentences
 */
export const nameTaken = (path: string, folder: string, name: string, problem: string): UndecidedImportError =>
  new UndecidedImportError({ path, problem, decides: ['name'], answers: otherNames(folder, name) });

/** The same of what `match` throws. @throws UndecidedImportError in place of a DatasetError */
export function matchOrAsk<T>(path: string, folder: string, name: string, match: () => T): T {
  try {
    return match();
  } catch (error) {
    if (error instanceof DatasetError) throw nameTaken(path, folder, name, error.message);
    throw error;
  }
}

function otherNames(folder: string, name: string): ImportAnswer[] {
  const known = new Set(knownDatasets().map(({ id }) => id));
  const isFree = (id: string) => !known.has(id) && !existsSync(join(folder, `${id}${CACHE_EXTENSION}`));
  let free = '';
  for (let number = 2; free === ''; number++) {
    const ending = `-${number}`;
    const id = `${name.slice(0, LONGEST_NAME - ending.length)}${ending}`;
    if (isFree(id)) free = id;
  }
  return [
    { title: `Call it ${free}`, outcome: 'a name that is free', choices: { name: free }, preview: null },
    {
      title: 'Make its name from its content',
      outcome: 'the same files always get the same name',
      choices: { name: null },
      preview: null,
    },
  ];
}
