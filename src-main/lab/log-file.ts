import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visibleBlock } from '../contract/index.ts';

export interface LogFile {
  path: string | null;
  /**
   * One dated entry; its further lines are set in, and nothing of it acts on a terminal. Settles once it is written, or
   * cannot be: that never disturbs the lab.
   */
  write(text: string): Promise<void>;
}

/**
 * The log that window and command line share.
 * @param path null: nothing is written
 */
export function createLogFile(path: string | null): LogFile {
  let last: Promise<void> = Promise.resolve();
  return {
    path,
    write(text) {
      if (!path) return last;
      const entry = `${new Date().toISOString()} ${visibleBlock(text)}\n`;
      return (last = last.then(() => append(path, entry)).catch(() => undefined));
    },
  };
}

/** Makes the log's own folder, but not the one around it: a data folder that was moved away is not made anew. */
async function append(path: string, entry: string): Promise<void> {
  const folder = dirname(path);
  if (!existsSync(folder)) await mkdir(folder);
  await appendFile(path, entry);
}
