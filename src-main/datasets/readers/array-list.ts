import { contentsOf, type NamedContents } from '../naming/contents.ts';
import type { NamedFiles } from './named-files.ts';
import { readNpyHeader, type NpyHeader } from './npy-header.ts';

/** An array of a folder or an archive, by its name and its header. */
export interface ListedArray extends NamedContents {
  name: string;
  /** null where the header cannot be read, or is of no array of numbers. */
  header: NpyHeader | null;
}

/** Headers that are read: of more arrays the names have to say enough. */
const MOST_HEADERS = 200;

/** All arrays, none of which is read further than its header. */
export async function listArrays(files: NamedFiles): Promise<ListedArray[]> {
  const arrays: ListedArray[] = [];
  for (const name of files.names) {
    const header = arrays.length < MOST_HEADERS ? await headerOf(files, name) : null;
    arrays.push({ name, header, ...contentsOf(name) });
  }
  return arrays;
}

async function headerOf(files: NamedFiles, name: string): Promise<NpyHeader | null> {
  try {
    let head: Uint8Array = new Uint8Array();
    for await (const piece of files.open(name)) {
      head = Buffer.concat([head, piece]);
      const header = readNpyHeader(head);
      if (header !== null) return header;
    }
  } catch {
    // What is wrong with an array is reported when it is the one that is taken.
  }
  return null;
}

/** Whether an array may hold images; an unknown shape may. */
export const mayBeImages = ({ header }: ListedArray): boolean =>
  header === null || header.shape.length === 3 || header.shape.length === 4;

/** Whether an array may hold a number for each image. */
export const mayBeLabels = ({ header }: ListedArray): boolean =>
  header === null || header.shape.length === 1 || (header.shape.length === 2 && header.shape[1] === 1);

export const describeArray = ({ name, header }: ListedArray): string =>
  header === null ? name : `${name} (${header.shape.join(' × ')})`;
