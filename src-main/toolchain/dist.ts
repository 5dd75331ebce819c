import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { path7za } from '7zip-bin';
import { build, Platform } from 'electron-builder';
import { ensureBuilt } from './build.ts';
import { resolveElectron } from './electron-runtime.ts';
import { packageConfiguration } from './packaging/configuration.ts';
import { describeRuntime, requireOwnVersion } from './packaging/runtime-choice.ts';
import { ensureSqliteBinding } from './sqlite-binding.ts';
import { projectRoot } from './support/folders.ts';
import { commandExists } from './support/processes.ts';
import { messageOf, Problem } from './support/problem.ts';
import { formatSeconds, say } from './support/terminal.ts';

/** Made when nothing is named: what works without tools from outside the registries comes first. */
const DEFAULT_TARGETS: Readonly<Record<string, readonly string[]>> = {
  linux: ['deb'],
  darwin: ['dmg'],
  win32: ['nsis'],
};
/** For 7-Zip, whose level 9 takes five times as long as 5 and makes a tar.gz of the app 0.3 % smaller. */
const COMPRESSION_LEVELS: Readonly<Record<string, string>> = { 'tar.gz': '5' };
/** Targets for which electron-builder downloads tools from outside the registries. */
const WITH_DOWNLOADS = new Set(['appimage', 'snap', 'flatpak', 'rpm', 'pacman', 'nsis']);

/**
 * `npm run dist [-- [--allow-runtime] [--for-tests] [--output DIR] TARGET ...]`: the unpacked folder of the app, then each target from that
 * folder, into `dist/`. Targets are electron-builder's: `dir` (only the folder), deb, tar.gz, AppImage, dmg, nsis ...
 * `--allow-runtime` takes another Electron than the lockfile's. `--for-tests` writes to `dist/for-tests` a package that
 * Playwright can drive; it is not for handing out. `--output` names another folder, empty or new.
 */
export async function program(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const named = positionals.filter((name) => name !== 'dir');
  const targets = positionals.length > 0 ? named : (DEFAULT_TARGETS[process.platform] ?? []);
  await makePackages({
    forTests: values['for-tests'] === true,
    allowRuntime: values['allow-runtime'] === true,
    outputFolder: values.output,
    targets,
  });
  return 0;
}

function readArguments(args: readonly string[]) {
  const options = {
    'for-tests': { type: 'boolean' },
    'allow-runtime': { type: 'boolean' },
    output: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Problem(`dist: ${messageOf(error)}`);
  }
}

interface Order {
  readonly forTests: boolean;
  readonly allowRuntime: boolean;
  /** `dist`, or `dist/for-tests`, where it is not named. */
  readonly outputFolder: string | undefined;
  readonly targets: readonly string[];
}

/** @returns the unpacked folder */
async function makePackages(order: Order): Promise<string> {
  const startedAt = performance.now();
  const outputFolder = chooseOutput(order);
  const runtime = await resolveElectron();
  const description = await describeRuntime(runtime);
  requireOwnVersion(runtime, description, order.forTests || order.allowRuntime);
  say(`The packages hold ${description}.`);
  await ensureBuilt();
  const binding = await ensureSqliteBinding(runtime);
  // A new one for every build: electron-builder changes the one it is given.
  const config = (): ReturnType<typeof packageConfiguration> =>
    packageConfiguration({ runtime, binding, forTests: order.forTests, outputFolder });
  prepareTools();

  rmSync(outputFolder, { recursive: true, force: true });
  await build({
    projectDir: projectRoot,
    config: config(),
    targets: hostPlatform().createTarget('dir'),
    publish: 'never',
  });
  const unpacked = unpackedFolder(outputFolder);
  say(`The app, unpacked: ${unpacked} (${formatSeconds((performance.now() - startedAt) / 1000)})`);

  for (const target of order.targets) {
    const targetStartedAt = performance.now();
    const restoreLevel = chooseCompressionLevel(target);
    try {
      const files = await build({
        projectDir: projectRoot,
        config: config(),
        targets: hostPlatform().createTarget(target),
        prepackaged: unpacked,
        publish: 'never',
      });
      const seconds = (performance.now() - targetStartedAt) / 1000;
      files.forEach((file) => say(`${target}: ${file} (${formatMegabytes(file)}, ${formatSeconds(seconds)})`));
    } catch (error) {
      throw new Problem(`The target ${target} failed: ${messageOf(error).split('\n', 1)[0]}${downloadHint(target)}`);
    } finally {
      restoreLevel();
    }
  }
  return unpacked;
}

const formatMegabytes = (file: string): string => `${(statSync(file).size / 1e6).toFixed(2)} MB`;

/** @throws {Problem} for a named folder that holds something: it would be lost */
function chooseOutput({ outputFolder: named, forTests }: Order): string {
  if (named === undefined) return join(projectRoot, 'dist', ...(forTests ? ['for-tests'] : []));
  const folder = resolve(named);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Problem(`dist: --output names ${folder}, which is not empty. Name an empty folder or a new one.`);
  }
  return folder;
}

/** One from outside wins. @returns what takes it back */
function chooseCompressionLevel(target: string): () => void {
  const level = COMPRESSION_LEVELS[target.toLowerCase()];
  if (level === undefined || process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL !== undefined) return () => undefined;
  process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL = level;
  return () => void delete process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL;
}

function downloadHint(target: string): string {
  if (!WITH_DOWNLOADS.has(target.toLowerCase())) return '';
  return (
    `. electron-builder downloads the tools for ${target} from github.com: this target needs a network that reaches it. ` +
    'deb, tar.gz and zip need none.'
  );
}

function hostPlatform(): Platform {
  return Platform.current();
}

function unpackedFolder(outputFolder: string): string {
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  const name = { linux: `linux${arch}-unpacked`, win32: `win${arch}-unpacked`, darwin: `mac${arch}` }[
    process.platform as string
  ];
  const folder = join(outputFolder, name ?? '');
  const app = process.platform === 'darwin' ? join(folder, 'Espalier.app') : folder;
  if (name === undefined || !existsSync(app))
    throw new Problem(`electron-builder left no unpacked app in ${outputFolder}.`);
  return app;
}

/** Points electron-builder to tools that are on this machine, so that it has none to download. */
function prepareTools(): void {
  // The stand-in for fpm is started by its first line, which must find the Node we run on.
  process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  if (commandExists('dpkg-deb')) process.env.CUSTOM_FPM_PATH ??= join(import.meta.dirname, 'packaging', 'fpm.ts');
  if (process.platform !== 'win32') chmodSync(path7za, 0o755);
  process.env.ELECTRON_BUILDER_7ZIP_PATH ??= path7za;
}
