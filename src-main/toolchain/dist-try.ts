import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installDebianPackages, isRoot, VIRTUAL_DISPLAY_PACKAGES } from './debian.ts';
import { SCREEN_TOOLS } from './package-trial/screen.ts';
import { tryPackage, type TrialOptions, type TrialRow } from './package-trial/trial.ts';
import { projectRoot } from './support/folders.ts';
import { capture, commandExists } from './support/processes.ts';
import { messageOf, Problem } from './support/problem.ts';
import { say } from './support/terminal.ts';

/** Debian's packages with the commands that the trial uses. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  debootstrap: ['debootstrap'],
  Xvfb: VIRTUAL_DISPLAY_PACKAGES,
  ...Object.fromEntries(SCREEN_TOOLS.map((name) => [name, [name]])),
};

/**
 * `npm run dist:try -- FILE.deb [--suite NAME] [--mirror URL] [--pictures DIR]`: installs the package in a clean Debian,
 * uses it as an ordinary user and removes it; prints a table of what was tried, in Markdown. Takes Debian, root, a
 * network that reaches the mirror, and 3 to 10 minutes. Ends with 1 where something failed.
 */
export async function program(args: readonly string[]): Promise<number> {
  const options = await readOptions(args);
  if (process.platform !== 'linux') throw new Problem('dist:try: a deb can be tried on Linux only.');
  if (!isRoot()) throw new Problem('dist:try: making a clean Debian takes root: sudo npm run dist:try -- FILE.deb');
  for (const [command, packages] of Object.entries(TOOLS)) {
    if (!commandExists(command)) await installDebianPackages(packages, `${command}, for the trial`);
  }
  // Without a listener a signal ends the process before it has taken the clean root away.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

  const rows = await tryPackage(options);
  console.log(formatTrial(rows));
  say(`Pictures of the screen: ${options.pictures}`);
  return rows.every(({ passed }) => passed) ? 0 : 1;
}

async function readOptions(args: readonly string[]): Promise<TrialOptions> {
  const { values, positionals } = parse(args);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new Problem('dist:try: name one file: npm run dist:try -- dist/espalier_VERSION_amd64.deb');
  }
  const debFile = resolve(file);
  if (!commandExists('dpkg-deb')) throw new Problem('dist:try: there is no dpkg-deb; a deb is tried on Debian.');
  const name = await capture('dpkg-deb', ['--field', debFile, 'Package']);
  if (name.stdout.trim() !== 'espalier') {
    throw new Problem(`dist:try: ${debFile} is no package of Espalier. ${name.stderr.trim()}`.trim());
  }
  return {
    debFile,
    suite: values.suite ?? 'bookworm',
    mirror: values.mirror ?? 'http://deb.debian.org/debian',
    pictures: resolve(values.pictures ?? join(projectRoot, 'test-results', 'package-trial')),
  };
}

function parse(args: readonly string[]) {
  const options = { suite: { type: 'string' }, mirror: { type: 'string' }, pictures: { type: 'string' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Problem(`dist:try: ${messageOf(error)}`);
  }
}

/** The rows as a table in Markdown, as in docs/packages.md. */
export function formatTrial(rows: readonly TrialRow[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows.map(({ title, seen, passed }) => `| ${cell(title)} | ${passed ? '' : 'FAILED: '}${cell(seen)} |`);
  return ['| tried | seen |', '| --- | --- |', ...lines].join('\n');
}
