import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fingerprintFiles, readStamp } from '../support/files.ts';
import { projectRoot } from '../support/folders.ts';

const STAMP = 'stamp';

/**
 * Makes a folder anew where what it is made from has changed since the last time. It appears whole, for another process
 * may look for it.
 *
 * @param inputs files and folders that it is made from
 * @param make fills an empty folder
 */
export async function ensureFolder(
  folder: string,
  inputs: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const fingerprint = fingerprintFiles(projectRoot, inputs);
  if (readStamp(join(folder, STAMP)) === fingerprint) return;
  const made = join(dirname(folder), `${basename(folder)}.${process.pid}.tmp`);
  try {
    mkdirSync(made, { recursive: true });
    await make(made);
    writeFileSync(join(made, STAMP), fingerprint);
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}
