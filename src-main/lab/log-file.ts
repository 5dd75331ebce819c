import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visibleBlock } from '../contract/index.ts';

export interface LogFile {
  path: string | null;
  /** One dated entry; its further lines are set in, and nothing of it acts on a terminal. A log that cannot be written never disturbs the lab. */
  write(text: string): void;
}

export function createLogFile(path: string | null): LogFile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    path,
    write(text) {
      if (!path) return;
      const entry = `${new Date().toISOString()} ${visibleBlock(text)}\n`;
      last = last
        .then(() => mkdir(dirname(path), { recursive: true }))
        .then(() => appendFile(path, entry))
        .catch(() => undefined);
    },
  };
}
