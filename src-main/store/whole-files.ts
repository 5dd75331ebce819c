import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Ends the name of a file that is being written. */
export const TEMPORARY = '.part';

/** Either the whole file is there under its name, synced, or nothing is. @throws where it cannot be written */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const temporary = file + TEMPORARY;
  try {
    const handle = openSync(temporary, 'w');
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    // On a full disk, half a file would take what little there is.
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** Makes the new name itself survive a loss of power; Windows does so by itself and cannot open folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
