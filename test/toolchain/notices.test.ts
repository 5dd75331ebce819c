import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../src-main/toolchain/build.ts';
import { packageFoldersOf } from '../../src-main/toolchain/packaging/bundled-packages.ts';
import { COMPONENTS } from '../../src-main/toolchain/packaging/notices/components.ts';
import { readExpression } from '../../src-main/toolchain/packaging/notices/licences.ts';
import { collectNotices, type Notice } from '../../src-main/toolchain/packaging/notices/notices.ts';
import { COPYRIGHT_FILE, NOTICES_FILE } from '../../src-main/toolchain/packaging/notices/write.ts';
import { modulesFolder, outFolder } from '../../src-main/toolchain/support/folders.ts';

describe('the notices of the built app', { timeout: 120_000 }, () => {
  let notices: Notice[];
  beforeAll(async () => {
    await ensureBuilt();
    notices = collectNotices();
  }, 120_000);

  it('name every package of which the source maps show a module', () => {
    const maps = globSync('**/*.map', { cwd: outFolder }).map((file) => readFileSync(join(outFolder, file), 'utf8'));
    const sources = maps.flatMap((text) => (JSON.parse(text) as { sources: string[] }).sources);
    const folders = packageFoldersOf(sources);
    expect(folders).toContain('node_modules/svelte');
    const noticed = new Set(notices.map(({ folder }) => folder));
    expect(folders.filter((folder) => !noticed.has(folder))).toEqual([]);
  });

  it.each(['svelte', 'chart.js', '@lucide/svelte', 'valibot', 'assemblyscript', 'sharp', 'tar', 'electron'])(
    'hold the licence of %s word for word',
    (name) => {
      const own = notices.find((notice) => notice.name === name);
      const text = readFileSync(NOTICES_FILE, 'utf8');
      for (const licence of own?.texts ?? ['']) expect(text).toContain(licence);
      expect(own?.texts.join('').length).toBeGreaterThan(200);
    },
  );

  it('hold the font’s licence, and go to Debian too', () => {
    for (const file of [NOTICES_FILE, COPYRIGHT_FILE])
      expect(readFileSync(file, 'utf8')).toContain('SIL OPEN FONT LICENSE');
  });

  it('are in Debian’s format: fields, and further lines indented', () => {
    const paragraphs = readFileSync(COPYRIGHT_FILE, 'utf8').trimEnd().split('\n\n');
    expect(paragraphs[0]).toMatch(
      /^Format: https:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\/1\.0\/\n/,
    );
    for (const paragraph of paragraphs.slice(1)) {
      expect(paragraph).toMatch(/^Files: \S+\nCopyright: \S[^]*\nLicense: \S/);
      expect(paragraph.split('\n').filter((line) => !/^( |[A-Z][A-Za-z-]*: \S)/.test(line))).toEqual([]);
    }
  });
});

it('names the libraries inside sharp’s WebAssembly build as its publisher does', () => {
  const readme = readFileSync(join(modulesFolder, '@img', 'sharp-wasm32', 'README.md'), 'utf8');
  const published = [...readme.matchAll(/^\| ([a-z][\w-]*) +\|/gm)].map((match) => match[1]);
  const ours = COMPONENTS.filter(({ inside }) => inside === '@img/sharp-wasm32').map(({ name }) => name);
  expect(ours).toEqual(published);
});

it.each([undefined, 'UNKNOWN', 'GPL-2.0-only', 'MIT AND SSPL-1.0'])('refuses the licence %s', (expression) => {
  expect(() => readExpression(expression, 'some-package 1.0.0')).toThrow(/some-package 1\.0\.0 has the licence/);
});
