import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A fresh folder for all tests of a file. */
export function sharedFolder(): Promise<string> {
  const folder = mkdtemp(join(tmpdir(), 'espalier-'));
  afterAll(async () => rm(await folder, { recursive: true, force: true }));
  return folder;
}
