import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureKernels } from './kernels.ts';
import { COPYRIGHT_FILE, NOTICES_FILE, writeNotices } from './packaging/notices/write.ts';
import { fingerprintFiles, readStamp } from './support/files.ts';
import { outFolder, projectRoot } from './support/folders.ts';
import { capture } from './support/processes.ts';
import { Problem } from './support/problem.ts';
import { formatSeconds, say } from './support/terminal.ts';
import { toolScript } from './support/tools.ts';

// Neither the command line nor most of the toolchain is in what is built: editing them leaves the app as it is.
const ROOMS_NOT_BUILT = new Set(['cli', 'toolchain']);
const INPUTS = [
  ...['src-renderer', 'electron.vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'],
  'src-main/toolchain/packaging',
];
const OUTPUTS = ['main/main.js', 'preload/window.preload.cjs', 'renderer/index.html'];
const NOTICES = [NOTICES_FILE, COPYRIGHT_FILE];
const STAMP = join(outFolder, 'build-stamp');

/**
 * Builds kernels, main process, workers, preload, renderer and the notices of what they contain into `out/` where any source changed since the last time.
 *
 * @throws {Problem} with what the bundler complained about
 */
export async function ensureBuilt(): Promise<void> {
  await ensureKernels();
  const fingerprint = fingerprintFiles(projectRoot, inputPaths());
  if (missingOutputs().length === 0 && readStamp(STAMP) === fingerprint) return;

  const startedAt = performance.now();
  say('Building the app ...');
  forgetBuild();
  const args = [toolScript('electron-vite'), 'build', '--logLevel', 'error'];
  const finished = await capture(process.execPath, args, { cwd: projectRoot });
  if (finished.status !== 0)
    throw new Problem(`The app does not build:\n${(finished.stderr || finished.stdout).trim()}`);
  writeNotices();
  const missing = missingOutputs();
  if (missing.length > 0) throw new Problem(`The build left out ${missing.join(', ')}.`);
  mkdirSync(outFolder, { recursive: true });
  writeFileSync(STAMP, fingerprint);
  say(`Built the app in ${formatSeconds((performance.now() - startedAt) / 1000)}.`);
}

/** Before something else writes into `out/`: the next `ensureBuilt` builds whatever the sources are. */
export const forgetBuild = (): void => rmSync(STAMP, { force: true });

function inputPaths(): string[] {
  const rooms = readdirSync(join(projectRoot, 'src-main')).filter((room) => !ROOMS_NOT_BUILT.has(room));
  return [...rooms.map((room) => join('src-main', room)), ...INPUTS].map((path) => join(projectRoot, path));
}

function missingOutputs(): string[] {
  return [...OUTPUTS.map((output) => join(outFolder, output)), ...NOTICES].filter((file) => !existsSync(file));
}

/** `npm run build` */
export async function program(): Promise<number> {
  await ensureBuilt();
  return 0;
}
