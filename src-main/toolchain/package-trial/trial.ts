import { statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { captureCommandLine } from '../espalier.ts';
import { capture } from '../support/processes.ts';
import { messageOf, Problem } from '../support/problem.ts';
import { formatSeconds, say } from '../support/terminal.ts';
import { lastLines, makeCleanRoot, type CleanRoot } from './clean-root.ts';
import { leftovers, listRoot } from './leftovers.ts';
import { DATA_FOLDER, USER, useApp } from './use-app.ts';

export interface TrialOptions {
  readonly debFile: string;
  readonly suite: string;
  readonly mirror: string;
  /** Where the pictures of the screen go. */
  readonly pictures: string;
}

/** One thing that was tried, and what was seen. */
export interface TrialRow {
  readonly title: string;
  readonly seen: string;
  readonly passed: boolean;
}

const APP_FOLDER = 'opt/Espalier';

/**
 * Installs a deb in a clean Debian, starts the app as an ordinary user with the sandbox on, trains the demo study in its
 * window by keyboard, removes the package, and looks for what is left. Everything that it made but the pictures is
 * taken away again.
 *
 * @returns what was tried up to the first thing that failed
 */
export async function tryPackage(options: TrialOptions): Promise<TrialRow[]> {
  const rows: TrialRow[] = [];
  const step = async <T>(title: string, action: () => Promise<{ seen: string; result: T }>): Promise<T> => {
    say(`${title} ...`);
    const startedAt = performance.now();
    try {
      const { seen, result } = await action();
      rows.push({ title, seen: `${seen} (${formatSeconds((performance.now() - startedAt) / 1000)})`, passed: true });
      return result;
    } catch (error) {
      rows.push({ title, seen: messageOf(error), passed: false });
      throw error;
    } finally {
      say(`  ${rows.at(-1)?.seen}`);
    }
  };
  let root: CleanRoot | undefined;
  try {
    root = await step(`A clean Debian ${options.suite}`, () => prepareRoot(options));
    await stepsInRoot(root, step, options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  } finally {
    root?.remove();
  }
  return rows;
}

type Step = <T>(title: string, action: () => Promise<{ seen: string; result: T }>) => Promise<T>;
const nothing = (seen: string): { seen: string; result: undefined } => ({ seen, result: undefined });

async function prepareRoot({ suite, mirror, debFile }: TrialOptions): Promise<{ seen: string; result: CleanRoot }> {
  const root = await makeCleanRoot({ suite, mirror });
  await copyFile(debFile, join(root.folder, 'srv', basename(debFile)));
  await root.run('useradd', '--create-home', '--shell', '/bin/sh', USER);
  await root.run('apt-get', 'update', '-q');
  return { seen: `minbase, ${await countPackages(root)} packages`, result: root };
}

async function stepsInRoot(root: CleanRoot, step: Step, options: TrialOptions): Promise<void> {
  const { debFile, pictures } = options;
  await step('What the package depends on can be installed', async () => {
    const before = await countPackages(root);
    const depends = (await capture('dpkg-deb', ['-f', debFile, 'Depends'])).stdout.trim();
    await root.run('apt-get', 'satisfy', '-q', '-y', '--no-install-recommends', depends);
    return nothing(`${(await countPackages(root)) - before} packages`);
  });
  const before = await listRoot(root.folder);
  await step('apt-get install ./FILE.deb', async () => {
    const count = await countPackages(root);
    await root.run('apt-get', 'install', '-q', '-y', '--no-install-recommends', `/srv/${basename(debFile)}`);
    const added = (await countPackages(root)) - count;
    if (added !== 1) throw new Problem(`apt installed ${added} packages, not the one.`);
    return nothing(`${(statSync(debFile).size / 1e6).toFixed(2)} MB, nothing else was needed`);
  });
  await step('Files, libraries, menu entry, copyright', () => inspectInstalled(root));
  await step('The app as an ordinary user', async () => nothing(await useApp(root, pictures)));
  const isDpkgRecord = (line: string): boolean => /^\+ var\/lib\/dpkg\/info\/espalier\.(list|postrm)$/.test(line);
  await step('apt-get remove', async () => {
    await root.run('apt-get', 'remove', '-q', '-y', 'espalier');
    requireNone(
      leftovers(before, await listRoot(root.folder)).filter((line) => !isDpkgRecord(line)),
      'Left or changed',
    );
    return nothing('no file is left or changed');
  });
  await step('apt-get purge', async () => {
    await root.run('apt-get', 'purge', '-q', '-y', 'espalier');
    requireNone(leftovers(before, await listRoot(root.folder)), 'Left or changed');
    return nothing('no record of dpkg is left either');
  });
  await step('The data of the user', async () => {
    const checked = await captureCommandLine(['doctor', '--verify', '--data', join(root.folder, DATA_FOLDER)]);
    if (checked.status !== 0) throw new Problem(`doctor --verify: ${lastLines(checked.stderr || checked.stdout)}`);
    return nothing('whole by doctor --verify');
  });
}

/** @throws {Problem} that names the first ten, where there are any */
function requireNone(found: readonly string[], what: string): void {
  if (found.length > 0) throw new Problem(`${what}: ${found.length}, of them ${found.slice(0, 10).join(', ')}`);
}

const countPackages = async (root: CleanRoot): Promise<number> =>
  (await root.run('dpkg-query', '--show')).trim().split('\n').length;

async function inspectInstalled(root: CleanRoot): Promise<{ seen: string; result: undefined }> {
  const lines = async (script: string): Promise<string[]> =>
    (await root.run('sh', '-c', script)).split('\n').filter((line) => line !== '');
  // What dpkg owns may be writable by nobody but root, and raises nobody's rights.
  const wrong = '! -type l \\( ! -user root -o -perm /6022 \\)';
  const loose = await lines(`dpkg-query --listfiles espalier | xargs -d '\\n' -I{} find {} -maxdepth 0 ${wrong}`);
  requireNone(loose, 'Files with a wrong owner or mode');
  const linked = `find /${APP_FOLDER} -type f -perm /111 -exec env LD_LIBRARY_PATH=/${APP_FOLDER} ldd {} + 2>/dev/null`;
  requireNone(await lines(`${linked} | grep 'not found' || true`), 'Missing libraries');
  const [command] = await lines('readlink -f /usr/bin/espalier');
  if (command !== `/${APP_FOLDER}/espalier`) throw new Problem(`The command espalier is ${command}.`);
  await root.run('test', '-s', '/usr/share/doc/espalier/copyright');
  const entry = await lines('cat /usr/share/applications/espalier.desktop');
  const field = (name: string): string => new RegExp(`^${name}=(\\S+)`, 'm').exec(entry.join('\n'))?.[1] ?? '';
  await root.run('test', '-x', field('Exec'));
  const icons = await lines(`ls /usr/share/icons/hicolor/*/apps/${field('Icon')}.png`);
  return nothing(`as they should be; ${icons.length} sizes of the icon`);
}
