import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintFiles, readStamp } from './support/files.ts';
import { modulesFolder, outFolder, projectRoot } from './support/folders.ts';
import { Problem } from './support/problem.ts';
import { formatSeconds, say } from './support/terminal.ts';

export const kernelFolder = join(outFolder, 'kernels');

const SOURCE_FOLDER = join(projectRoot, 'src-main', 'engine', 'cpu', 'kernels');
/** Constants that the kernels share with the other engines. */
const SHARED = join(projectRoot, 'src-main', 'engine', 'graph', 'modes.ts');
const ENTRY = join(SOURCE_FOLDER, 'index.ts');
const STAMP = join(kernelFolder, 'stamp');
const PAGES_OF_4_GIB = '65536';

const COMMON_OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', PAGES_OF_4_GIB],
];

/**
 * The same source twice: plain SIMD128 runs everywhere, relaxed SIMD has fused multiply-add. The source tells them
 * apart by the compile-time constant `ASC_FEATURE_RELAXED_SIMD`.
 */
const BUILDS = [
  { file: 'simd.wasm', options: [] },
  { file: 'relaxed.wasm', options: ['--enable', 'relaxed-simd'] },
];

export interface KernelsOptions {
  /** Says nothing where all is well; for programs whose standard error is read by people too. */
  readonly quiet?: boolean;
}

/**
 * Compiles the CPU engine's AssemblyScript into `out/kernels/{simd,relaxed}.wasm` where sources or options changed.
 *
 * @throws {Problem} with the compiler's own first complaint
 */
export async function ensureKernels(options: KernelsOptions = {}): Promise<void> {
  if (!existsSync(ENTRY)) throw new Problem(`The CPU kernels' source is missing: ${ENTRY}`);
  const fingerprint = fingerprintFiles(
    projectRoot,
    [SOURCE_FOLDER, SHARED],
    JSON.stringify([COMMON_OPTIONS, BUILDS, compilerVersion()]),
  );
  const complete = BUILDS.every((build) => existsSync(join(kernelFolder, build.file)));
  if (complete && readStamp(STAMP) === fingerprint) return;

  const startedAt = performance.now();
  if (!options.quiet) say('Compiling the CPU kernels ...');
  mkdirSync(kernelFolder, { recursive: true });
  // Never leave older kernels behind newer sources: a failed build must not look like a finished one.
  [STAMP, ...BUILDS.map((build) => join(kernelFolder, build.file))].forEach((file) => rmSync(file, { force: true }));
  for (const build of BUILDS) await compile(build.file, [...COMMON_OPTIONS, ...build.options]);
  writeFileSync(STAMP, fingerprint);
  if (!options.quiet) say(`Compiled the CPU kernels in ${formatSeconds((performance.now() - startedAt) / 1000)}.`);
}

function compilerVersion(): string {
  const manifest = readFileSync(join(modulesFolder, 'assemblyscript', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function compile(name: string, options: readonly string[]): Promise<void> {
  // Loaded only here: the compiler takes half a second to load, a fresh start needs none of it.
  const { default: asc } = await import('assemblyscript/asc');
  const stderr = asc.createMemoryStream();
  const temporary = `${name}.${process.pid}.tmp`;
  const result = await asc.main(
    [ENTRY, '--baseDir', projectRoot, '--outFile', join(kernelFolder, temporary), ...options],
    {
      stderr,
    },
  );
  if (result.error) {
    rmSync(join(kernelFolder, temporary), { force: true });
    const complaint = stderr.toString().trim() || result.error.message;
    throw new Problem(`The CPU kernels do not compile (${name}):\n${complaint}`);
  }
  // A rename, so that another process that is starting never reads half a file.
  renameSync(join(kernelFolder, temporary), join(kernelFolder, name));
}

/** `npm run kernels`; npm itself runs it with `--if-present` after an install, when the sources may be absent. */
export async function program(args: readonly string[]): Promise<number> {
  if (!args.includes('--if-present') || existsSync(ENTRY)) await ensureKernels();
  return 0;
}
