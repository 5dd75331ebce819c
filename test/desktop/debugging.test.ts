import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEBUGGING_SWITCHES, isDebuggable, refusedDebugging } from '../../src-main/desktop/debugging.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-debugging-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [true, { debuggable: true }, true],
  [true, { debuggable: false }, false],
  [true, { debuggable: 'true' }, false],
  [true, {}, false],
  [false, {}, true],
])('packaged %s, with %j: may be debugged %s', (isPackaged, manifest, expected) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  expect(isDebuggable(isPackaged, folder)).toBe(expected);
});

test.each(DEBUGGING_SWITCHES)('--%s is refused by name', (name) => {
  expect(refusedDebugging((asked) => asked === name)).toContain(`does not start with --${name}:`);
});

test('several are all named, and others are none of its business', () => {
  const given = ['data', 'inspect', 'remote-debugging-pipe', 'no-sandbox'];
  expect(refusedDebugging((name) => given.includes(name))).toContain('with --remote-debugging-pipe --inspect:');
  expect(refusedDebugging(() => false)).toBeNull();
});
