import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkDataFolder } from '../../src-main/lab/check-data-folder.ts';
import { createLogFile } from '../../src-main/lab/log-file.ts';
import { temporaryFolder } from './support/lab.ts';

it.each([
  ['a folder has its name', (path: string) => mkdirSync(path, { recursive: true })],
  ['its folder went away', () => undefined],
])('a log that cannot be written, since %s, disturbs nobody and makes nothing', async (_, prepare) => {
  const path = join(temporaryFolder(), 'logs', 'espalier.log');
  prepare(path);
  const before = existsSync(path);
  await createLogFile(path).write('an entry');
  expect(existsSync(path)).toBe(before);
});

it('a log takes entries in order, in a folder of its own', async () => {
  const path = join(temporaryFolder(), 'logs', 'espalier.log');
  const log = createLogFile(path);
  log.makeFolder();
  await Promise.all([log.write('one'), log.write('two')]);
  expect(readFileSync(path, 'utf8')).toMatch(/^\S+Z one\n\S+Z two\n$/);
});

it('a data folder with a NUL character in its name is refused in words', () => {
  expect(() => checkDataFolder('/tmp/a\0b', 'write', true)).toThrow(/has a NUL character in its name/);
});
