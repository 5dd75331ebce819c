import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatTrial, program } from '../../src-main/toolchain/dist-try.ts';
import { leftovers, listRoot } from '../../src-main/toolchain/package-trial/leftovers.ts';
import { descendants, requireSandbox, type AppProcess } from '../../src-main/toolchain/package-trial/sandbox.ts';

/** The trial itself takes root, a network and minutes: `npm run dist:try -- FILE.deb`. */

describe.skipIf(process.platform !== 'linux')('what a package left behind', () => {
  let root: string;
  const write = (path: string, content = ''): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'espalier-trial-'));
    write('etc/kept', 'as it was');
    write('usr/share/mime/cache', 'as it was');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it.each<[string, () => void, string[]]>([
    ['nothing', () => undefined, []],
    ['a file written anew with the same content', () => write('usr/share/mime/cache', 'as it was'), []],
    ['a file with another content of the same length', () => write('etc/kept', 'as it is '), ['~ etc/kept']],
    ['a file in a folder', () => write('opt/Espalier/x'), ['+ opt/Espalier', '+ opt/Espalier/x']],
    ['a dangling link', () => symlinkSync('/nowhere', join(root, 'usr/link')), ['+ usr/link']],
    ['a file that is gone', () => rmSync(join(root, 'etc/kept')), ['- etc/kept']],
    [
      'records of the package',
      () => write('var/lib/dpkg/info/espalier.list'),
      [...['+ var', '+ var/lib', '+ var/lib/dpkg', '+ var/lib/dpkg/info', '+ var/lib/dpkg/info/espalier.list']],
    ],
    ['data of a user', () => write('home/trial/.local/data'), ['+ home']],
  ])('%s', async (_title, change, expected) => {
    const before = await listRoot(root);
    change();
    expect(leftovers(before, await listRoot(root))).toEqual(expected);
  });
});

describe('the sandbox of the app', () => {
  const browser: AppProcess = {
    pid: 10,
    commandLine: '/usr/bin/espalier',
    userId: 1000,
    isFiltered: false,
    canGainRights: true,
    namespaces: { user: 'user:[1]', pid: 'pid:[1]', net: 'net:[1]' },
  };
  const renderer: AppProcess = {
    pid: 20,
    commandLine: '/opt/Espalier/espalier --type=renderer --lang=en-US',
    userId: 1000,
    isFiltered: true,
    canGainRights: false,
    namespaces: { user: 'user:[2]', pid: 'pid:[2]', net: 'net:[2]' },
  };
  const shell: AppProcess = {
    ...browser,
    pid: 5,
    userId: 0,
    commandLine: '/bin/sh enter-root.sh /x /usr/bin/espalier',
  };

  it('holds where each renderer is in namespaces of its own, filtered and without rights', () => {
    expect(requireSandbox([shell, browser, renderer])).toBe(1);
  });

  it.each<[string, AppProcess[], RegExp]>([
    [
      'an argument turns it off',
      [{ ...browser, commandLine: '/usr/bin/espalier --no-sandbox' }, renderer],
      /is off in/,
    ],
    ['the app is root’s', [{ ...browser, userId: 0 }, renderer], /runs as root/],
    ['no page is shown', [shell, browser], /No process of the app shows a page/],
    ['only what started it is there', [shell, renderer], /No process of the app shows a page/],
    [
      'a namespace is shared',
      [browser, { ...renderer, namespaces: { ...renderer.namespaces, net: 'net:[1]' } }],
      /Renderer 20 shares the app’s namespaces: net/,
    ],
    ['calls are not filtered', [browser, { ...renderer, isFiltered: false }], /not filtered/],
    ['rights can be gained', [browser, { ...renderer, canGainRights: true }], /can gain rights/],
  ])('does not hold where %s', (_title, processes, message) => {
    expect(() => requireSandbox(processes)).toThrow(message);
  });

  it.skipIf(process.platform !== 'linux')(
    'is read from the kernel: a process of this one is found, with its user',
    () => {
      const own = descendants(process.ppid).find(({ pid }) => pid === process.pid);
      expect(own).toMatchObject({ userId: process.getuid?.() });
      expect(own?.namespaces.user).toMatch(/^user:\[\d+\]$/);
    },
  );
});

describe('npm run dist:try', () => {
  it.each<[string[], RegExp]>([
    [[], /name one file/],
    [['a.deb', 'b.deb'], /name one file/],
    [['a.deb', '--colour'], /--colour/],
  ])('refuses %j', async (args, message) => {
    await expect(program(args)).rejects.toThrow(message);
  });

  it.skipIf(!existsSync('/usr/bin/dpkg-deb'))('refuses what is no package of Espalier, with its name', async () => {
    await expect(program([import.meta.filename])).rejects.toThrow(/package-trial\.test\.ts is no package of Espalier/);
  });

  it('prints what was tried as a table in Markdown', () => {
    const rows = [
      { title: 'apt-get remove', seen: 'no file is left', passed: true },
      { title: 'The app', seen: 'ended with 1:\na | b', passed: false },
    ];
    expect(formatTrial(rows)).toBe(
      '| tried | seen |\n| --- | --- |\n| apt-get remove | no file is left |\n| The app | FAILED: ended with 1: a \\| b |',
    );
  });
});
