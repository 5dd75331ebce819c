import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { shortened } from '../contract/index.ts';
import { UsageError } from './command.ts';

/** Of a file of configurations or of a study: ten thousand runs with every key take less. */
const LARGEST_INPUT_MIB = 16;
const LARGEST_INPUT_BYTES = LARGEST_INPUT_MIB * 2 ** 20;
const PIECE_BYTES = 65_536;
/** Of lists and objects in each other. */
const MOST_LEVELS = 100;

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a folder on its way is a file',
};

/**
 * Reads JSON from a file or a pipe (`/dev/stdin`, `<(...)`), never more than `LARGEST_INPUT_MIB`.
 * @param option what the command line calls the file, for the message
 * @throws UsageError where it cannot be read, is a folder or a device, is too large, is not UTF-8, is no JSON, or is nested too deep
 */
export function readJsonFile(option: string, file: string): unknown {
  const name = `${option}: ${shortened(file, 300)}`;
  const text = readTextFile(option, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${shortened((error as Error).message, 300)}`);
  }
  if (isDeeper(value, MOST_LEVELS)) {
    throw new UsageError(
      `${name} has lists or objects more than ${MOST_LEVELS} deep in each other; a configuration or a study has few: flatten it`,
    );
  }
  return value;
}

/** The same without looking at what it says. @throws UsageError where it cannot be read */
export function readTextFile(option: string, file: string): string {
  const name = `${option}: ${shortened(file, 300)}`;
  try {
    return readBounded(name, file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${name} cannot be read: ${REASONS[code] ?? shortened(message, 300)}`);
  }
}

/** Level by level, since what goes down by calls overflows its stack. */
function isDeeper(value: unknown, most: number): boolean {
  const holders = (values: readonly unknown[]) =>
    values.filter((each): each is object => typeof each === 'object' && each !== null);
  let level = holders([value]);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) return true;
    level = holders(level.flatMap((each) => Object.values(each) as unknown[]));
  }
  return false;
}

/** Without a byte order mark. Another encoding would become other names. */
function textOf(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name} is not text in UTF-8; save it in that encoding`);
  }
}

function readBounded(name: string, file: string): string {
  const what = statSync(file);
  if (what.isDirectory()) throw new UsageError(`${name} cannot be read: it is a folder`);
  if (!what.isFile() && !what.isFIFO() && !what.isSocket()) {
    throw new UsageError(`${name} cannot be read: it is a device; name a file or a pipe`);
  }
  const descriptor = openSync(file, 'r');
  try {
    const pieces: Buffer[] = [];
    let bytes = fstatSync(descriptor).size;
    if (bytes > LARGEST_INPUT_BYTES) throw tooLarge(name);
    for (bytes = 0; ;) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const read = readSync(descriptor, piece);
      if (read === 0) return textOf(name, Buffer.concat(pieces));
      bytes += read;
      if (bytes > LARGEST_INPUT_BYTES) throw tooLarge(name);
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

const tooLarge = (name: string): UsageError =>
  new UsageError(`${name} has more than ${LARGEST_INPUT_MIB} MiB: split it into several files`);
