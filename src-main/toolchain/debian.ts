import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { capture } from './support/processes.ts';
import { Problem } from './support/problem.ts';
import { say } from './support/terminal.ts';

/** What a window of Electron needs on Debian beyond a minimal system. */
export const WINDOW_PACKAGES = [
  ...['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6', 'libatk-bridge2.0-0', 'libdrm2'],
  ...['libxkbcommon0', 'libxshmfence1', 'libegl1', 'libgl1', 'libvulkan1', 'fonts-dejavu-core'],
];
/** What shows that window where there is no screen. */
export const VIRTUAL_DISPLAY_PACKAGES = ['xvfb', 'xauth'];

export function canInstallPackages(): boolean {
  return isDebian() && process.getuid?.() === 0;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Installs Debian packages where that is possible (Debian, root).
 *
 * @param purpose what they are for, as it reads after "for": `the window`
 * @throws {Problem} elsewhere, with the exact command
 */
export async function installDebianPackages(packages: readonly string[], purpose: string): Promise<void> {
  if (!canInstallPackages()) {
    const [where, names] = isDebian() ? ['', await namesHere(packages)] : ['on Debian or Ubuntu: ', packages];
    throw new Problem(`Missing: ${purpose}. Install it with ${where}sudo sh -c '${installCommand(names)}'`);
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): ReturnType<typeof capture> => capture('apt-get', args, { env: environment });
  const install = async (): ReturnType<typeof capture> =>
    apt('install', '-y', '-q', '--no-install-recommends', ...(await namesHere(packages)));
  say(`Installing ${purpose}: ${packages.join(' ')}`);
  // Fresh machines and containers have no package lists yet; others need no refresh.
  const first = await install();
  if (first.status === 0) return;
  await apt('update', '-q');
  const second = await install();
  if (second.status === 0) return;
  const reason = second.stderr.split('\n').find((line) => line.startsWith('E:')) ?? second.stderr.trim();
  throw new Problem(`apt-get could not install ${purpose}: ${reason}`);
}

/** Since the 64-bit time transition (Debian 13, Ubuntu 24.04) some libraries are called `...t64`. */
async function namesHere(packages: readonly string[]): Promise<string[]> {
  const finished = await capture('apt-cache', ['policy', ...packages.map((name) => `${name}t64`)]);
  const known = new Set([...finished.stdout.matchAll(/^(\S+t64):/gm)].map((match) => match[1]));
  return packages.map((name) => (known.has(`${name}t64`) ? `${name}t64` : name));
}

/** Shared libraries that the executable asks for and this Linux does not have; empty elsewhere. */
export async function missingLibraries(executable: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const finished = await capture('ldd', [executable], {
    env: { ...process.env, LD_LIBRARY_PATH: dirname(executable) },
  });
  return [...finished.stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

/** Sees to it that the window's shared libraries are there. @throws {Problem} with the command that installs them */
export async function ensureWindowLibraries(executable: string): Promise<void> {
  const missing = await missingLibraries(executable);
  if (missing.length === 0) return;
  await installDebianPackages(WINDOW_PACKAGES, `shared libraries for the window (${missing.length} missing)`);
  const still = await missingLibraries(executable);
  if (still.length > 0) throw new Problem(`Electron still lacks shared libraries: ${still.join(', ')}`);
}

function isDebian(): boolean {
  return process.platform === 'linux' && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}
