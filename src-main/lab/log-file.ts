import { mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visibleBlock } from '../contract/index.ts';

export interface LogFile {
  path: string | null;
  /** Makes the folder that it is in, once the data folder is open: where that goes away, no entry makes another. */
  makeFolder(): void;
  /**
   * One dated entry; its further lines are set in, and nothing of it acts on a terminal. Settles once it is written, or
   * cannot be: that never disturbs the lab.
   */
  write(text: string): Promise<void>;
}

export function createLogFile(path: string | null): LogFile {
  let last: Promise<void> = Promise.resolve();
  return {
    path,
    makeFolder() {
      if (!path) return;
      try {
        mkdirSync(dirname(path), { recursive: true });
      } catch {
        // No entry is written then.
      }
    },
    write(text) {
      if (!path) return last;
      const entry = `${new Date().toISOString()} ${visibleBlock(text)}\n`;
      return (last = last.then(() => appendFile(path, entry)).catch(() => undefined));
    },
  };
}
