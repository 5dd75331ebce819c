import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { installDebianPackages, missingLibraries } from './debian.ts';
import { cacheFolder } from './support/folders.ts';
import { Problem } from './support/problem.ts';
import { capture } from './support/processes.ts';
import { say } from './support/terminal.ts';

const PACKAGE = 'mesa-vulkan-drivers';
/** The oldest Mesa whose lavapipe Dawn was seen to take, with `shader-f16` and subgroups; 22.3 it refuses. */
const LEAST_VERSION = 25;
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Mesa's Vulkan driver that computes on the processor (lavapipe), for tests of what SwiftShader lacks. It is unpacked
 * into the cache and not installed: there, every program would find it.
 *
 * @returns the manifest for `VK_ICD_FILENAMES`
 * @throws {Problem} where it cannot be had
 */
export async function provideLavapipe(): Promise<string> {
  const folder = join(cacheFolder(), 'lavapipe');
  const manifest = join(folder, 'lvp_icd.json');
  const library = join(folder, 'libvulkan_lvp.so');
  if (existsSync(manifest) && (await missingLibraries(library)).length === 0) return manifest;
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version'))
    throw new Problem(`lavapipe comes from Debian's package ${PACKAGE}, and this is no Debian`);
  say(`Getting ${PACKAGE} for its lavapipe`);
  mkdirSync(cacheFolder(), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(), 'lavapipe-'));
  try {
    const driver = await unpackDriver(work);
    const made = join(work, 'made');
    mkdirSync(made);
    copyFileSync(driver, join(made, 'libvulkan_lvp.so'));
    const icd = { library_path: library, api_version: '1.3.0' };
    writeFileSync(join(made, 'lvp_icd.json'), JSON.stringify({ file_format_version: '1.0.0', ICD: icd }));
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return manifest;
}

async function unpackDriver(work: string): Promise<string> {
  // Fresh machines and containers have no package lists yet.
  if ((await versionHere()) === 0) await capture('apt-get', ['-q', 'update']);
  const options = (await versionHere()) >= LEAST_VERSION ? [] : await backports(work);
  await succeed('apt-get', [...options, '-q', 'download', PACKAGE], work);
  const [file] = globSync(join(work, '*.deb'));
  await succeed('dpkg-deb', ['-x', file, join(work, 'files')], work);
  const [driver] = globSync(join(work, 'files/usr/lib/*/libvulkan_lvp.so'));
  if (!driver) throw new Problem(`${PACKAGE} has no lavapipe for this machine`);
  if ((await missingLibraries(driver)).length === 0) return driver;
  const depends = await succeed('dpkg-deb', ['-f', file, 'Depends'], work);
  const packages = depends.split(',').map((dependency) => dependency.trim().split(/[ :|]/)[0]);
  await installDebianPackages(packages, 'what lavapipe needs');
  const missing = await missingLibraries(driver);
  if (missing.length > 0) throw new Problem(`lavapipe still lacks shared libraries: ${missing.join(', ')}`);
  return driver;
}

/** The major version that this Debian has; 0 where apt knows of none. */
async function versionHere(): Promise<number> {
  const { stdout } = await capture('apt-cache', ['policy', PACKAGE]);
  return Number(/Candidate: (?:\d+:)?(\d+)/.exec(stdout)?.[1] ?? 0);
}

/** Options by which apt reads this Debian's backports alone, from where the machine has its packages, in a folder of its own. */
async function backports(work: string): Promise<string[]> {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const uris = await succeed('apt-get', ['--print-uris', 'update'], work);
  const source = new RegExp(`^'(\\S+/)dists/${codename}/InRelease'`, 'm').exec(uris)?.[1];
  if (!codename || !source) throw new Problem(`apt knows no source of this Debian, so there is no ${PACKAGE}`);
  const list = join(work, 'backports.list');
  const signed = existsSync(KEYS) ? `[signed-by=${KEYS}] ` : '';
  writeFileSync(list, `deb ${signed}${source} ${codename}-backports main\n`);
  const [lists, cache] = [join(work, 'lists'), join(work, 'cache')];
  for (const folder of [lists, cache]) mkdirSync(join(folder, 'partial'), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    // Where apt runs as root it would drop its rights, and the folder is root's.
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await succeed('apt-get', [...options, '-q', 'update'], work);
  return options;
}

async function succeed(command: string, args: readonly string[], folder: string): Promise<string> {
  const { status, stdout, stderr } = await capture(command, args, { cwd: folder });
  if (status === 0) return stdout;
  const reason = stderr.split('\n').find((line) => line.startsWith('E:')) ?? stderr.trim();
  throw new Problem(`${PACKAGE} cannot be had: ${reason}`);
}
