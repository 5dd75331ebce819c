import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';

interface Lockfile {
  readonly packages: Readonly<Record<string, { gypfile?: boolean; resolved?: string; integrity?: string }>>;
}

const lockfile = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as Lockfile;
const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  allowScripts: Record<string, boolean>;
};

// npm forgets better-sqlite3's own "gypfile": false when it installs from a lockfile, and then wants Python, a compiler
// and downloaded headers to rebuild what the tarball already holds. `npm install` drops the line: put it back.
it('keeps npm ci from running node-gyp for better-sqlite3', () => {
  expect(lockfile.packages['node_modules/better-sqlite3'].gypfile).toBe(false);
  expect(manifest.allowScripts['better-sqlite3']).toBe(false);
});

it('names no registry, so that npm ci uses the one it is configured for', () => {
  const named = Object.entries(lockfile.packages).filter(([, entry]) => entry.resolved !== undefined);
  expect(named.map(([name]) => name)).toEqual([]);
});
