import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { shortened } from '../contract/index.ts';
import type { StoreAccess } from '../store/methods.ts';
import { StoreError } from '../store/errors.ts';

const ELSEWHERE = 'or name another folder with --data or ESPALIER_DATA';

/**
 * Looks before anything is opened whether a data folder can serve, so that whoever named it learns what to do. Makes it
 * where it is to be written.
 * @param isNamed whether a person named the folder; the usual one need not be there to be read
 * @returns the outermost folder that was made, null where none was
 * @throws StoreError `read-only` or `other`
 */
export function checkDataFolder(folder: string, access: StoreAccess, isNamed: boolean): string | null {
  const name = shortened(folder, 300);
  if (folder.includes('\0')) throw new StoreError('other', `The data folder ${name} has a NUL character in its name.`);
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) {
      throw new StoreError('other', `The data folder ${name} is a file. Name a folder with --data or ESPALIER_DATA.`);
    }
    if (!found && access === 'read') {
      if (!isNamed) return null;
      throw new StoreError(
        'other',
        `There is no data folder ${name}. Check its name (--data, ESPALIER_DATA); the first run or import makes it.`,
      );
    }
    const made = found ? null : (mkdirSync(folder, { recursive: true }) ?? null);
    accessSync(
      folder,
      access === 'write' ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK | constants.X_OK,
    );
    return made;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      'read-only',
      `The data folder ${name} ${whyNot(folder, error as NodeJS.ErrnoException, access)}`,
    );
  }
}

function whyNot(folder: string, error: NodeJS.ErrnoException, access: StoreAccess): string {
  // Node says so of a folder that cannot be made, whatever the reason.
  const { code = '', message } = error.code === 'ENOENT' ? whyNotBelow(dirname(folder), error) : error;
  const what =
    !existsSync(folder) && access === 'write'
      ? 'cannot be made'
      : access === 'write'
        ? 'cannot be written'
        : 'cannot be read';
  switch (code) {
    case 'EROFS':
      return `${what}: its disk is mounted for reading only. Mount it for writing, ${ELSEWHERE}.`;
    case 'EACCES':
    case 'EPERM':
      return `${what}: this user may not. Change its permissions, ${ELSEWHERE}.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${what}: a folder on its way is a file (${shortened(dirname(folder), 300)}). Name another with --data or ESPALIER_DATA.`;
    case 'ENAMETOOLONG':
      return `${what}: its name is too long. Name another with --data or ESPALIER_DATA.`;
    case 'ENOSPC':
      return `${what}: the disk is full. Free some space, ${ELSEWHERE}.`;
    default:
      return `${what}: ${message}. Mend that, ${ELSEWHERE}.`;
  }
}

/** Why the nearest folder that is there takes no other. */
function whyNotBelow(folder: string, unknown: NodeJS.ErrnoException): NodeJS.ErrnoException {
  if (!existsSync(folder) && dirname(folder) !== folder) return whyNotBelow(dirname(folder), unknown);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return unknown;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
