import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { installDebianPackages } from './debian.ts';
import { cacheFolder, modulesFolder } from './support/folders.ts';
import { capture, commandExists } from './support/processes.ts';
import { Problem } from './support/problem.ts';
import { formatSeconds, say } from './support/terminal.ts';
import { needsOlderBinding, type ElectronRuntime } from './electron-runtime.ts';

const SOURCE_FOLDER = join(modulesFolder, 'better-sqlite3');
const NODE_API_DEFINES = ['NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'];

/**
 * The path to give better-sqlite3 as `nativeBinding` inside this runtime, or null where the binary it ships fits. An
 * Electron older than 35 lacks Node-API 10, and the shipped binary crashes it; better-sqlite3's own sources are then
 * compiled once for Node-API 9 and cached.
 *
 * @throws {Problem} where a compiler or Node's headers are missing, with the command that gets them
 */
export async function ensureSqliteBinding(runtime: ElectronRuntime): Promise<string | null> {
  const known = findSqliteBinding(runtime);
  if (!known.needed || known.path !== null) return known.path;
  if (process.platform === 'win32') {
    throw new Problem(
      `Electron ${runtime.version} is too old for the SQLite binary on Windows: use Electron 35 or newer.`,
    );
  }
  if (!commandExists('g++')) await installDebianPackages(['g++'], 'a C++ compiler for SQLite');

  const target = bindingFile();
  mkdirSync(cacheFolder(), { recursive: true });
  const temporary = mkdtempSync(join(cacheFolder(), 'sqlite-'));
  try {
    const startedAt = performance.now();
    say(`Compiling SQLite for Electron ${runtime.version} (about 90 s, once) ...`);
    renameSync(await compile(temporary), target);
    say(`Compiled SQLite in ${formatSeconds((performance.now() - startedAt) / 1000)}.`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Whether this runtime needs a binding of its own, and where that is if it was compiled already. */
export function findSqliteBinding(runtime: ElectronRuntime): { needed: boolean; path: string | null } {
  const needed = needsOlderBinding(runtime);
  return { needed, path: needed && existsSync(bindingFile()) ? bindingFile() : null };
}

function bindingFile(): string {
  return join(cacheFolder(), `better-sqlite3-${packageVersion()}-napi9-${process.platform}-${process.arch}.node`);
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(SOURCE_FOLDER, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

async function compile(temporary: string): Promise<string> {
  const sqlite = join(temporary, 'sqlite3.o');
  const addon = join(temporary, 'addon.o');
  const library = join(temporary, 'better_sqlite3.node');
  const sqliteFolder = join(SOURCE_FOLDER, 'deps', 'sqlite3');
  const include = [sqliteFolder, nodeAddonApiFolder(), nodeHeadersFolder()].map((folder) => `-I${folder}`);
  const defines = [
    'NDEBUG',
    'NAPI_DISABLE_CPP_EXCEPTIONS',
    'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    ...NODE_API_DEFINES,
  ];

  await Promise.all([
    mustRun('gcc', [
      ...['-c', '-O3', '-fPIC', '-std=c99', '-w', '-DNDEBUG'],
      ...sqliteDefines().map((define) => `-D${define}`),
      ...[join(sqliteFolder, 'sqlite3.c'), '-o', sqlite],
    ]),
    mustRun('g++', [
      ...['-c', '-O3', '-fPIC', '-std=c++20', '-w', '-fvisibility=hidden', '-fvisibility-inlines-hidden'],
      ...defines.map((define) => `-D${define}`),
      ...include,
      ...[join(SOURCE_FOLDER, 'src', 'better_sqlite3.cpp'), '-o', addon],
    ]),
  ]);
  const linkFlags = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-Wl,-Bsymbolic', '-ldl'];
  await mustRun('g++', ['-shared', addon, sqlite, '-o', library, ...linkFlags]);
  return library;
}

/** The defines SQLite is built with upstream, read from the package, so that they follow its version. */
function sqliteDefines(): string[] {
  const text = readFileSync(join(SOURCE_FOLDER, 'deps', 'defines.gypi'), 'utf8');
  const defines = [...text.matchAll(/^\s*'([A-Z][A-Z0-9_]*(?:=[^']*)?)',$/gm)].map((match) => match[1]);
  if (defines.length < 20)
    throw new Problem("Could not read SQLite's options from better-sqlite3's deps/defines.gypi.");
  return defines;
}

function nodeAddonApiFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('node-addon-api/napi.h'));
}

function nodeHeadersFolder(): string {
  const candidates = [
    join(modulesFolder, 'node', 'node_modules', `node-${process.platform}-${process.arch}`, 'include', 'node'),
    resolve(dirname(process.execPath), '..', 'include', 'node'),
    '/usr/include/node',
    '/usr/local/include/node',
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found) return found;
  throw new Problem(
    `Node's headers (node_api.h) are in none of: ${candidates.join(', ')}. On Debian: apt-get install -y libnode-dev`,
  );
}

async function mustRun(command: string, args: readonly string[]): Promise<void> {
  const finished = await capture(command, args);
  if (finished.status === 0) return;
  const reason = finished.stderr.split('\n').find((line) => line.includes('error')) ?? finished.stderr.trim();
  throw new Problem(`Compiling better-sqlite3 failed: ${command}: ${reason}`);
}
