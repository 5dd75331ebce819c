import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Production packages of which no file goes into a package of the app. */
const WITHOUT_FILES: readonly RegExp[] = [
  // Inlined by the bundler.
  /^valibot$/,
  // Headers that are compiled into better-sqlite3's binary.
  /^node-addon-api$/,
];

/** Production packages that no package of the app contains in any form. */
const NOT_SHIPPED: readonly RegExp[] = [
  // Native sharp serves the command line; the app decodes with the WebAssembly build (docs/data.md).
  /^@img\/sharp-(?!wasm32$)/,
  // Types.
  /^@webgpu\/types$/,
];

/**
 * Folders (`node_modules/tar`) of the packages that `dependencies` bring into a package of the app, in themselves or
 * compiled into another. Optional dependencies of ours (docs/dependencies.md) serve the command line and stay out, so that
 * a package does not depend on what this machine could install.
 */
export function shippedPackageFolders(root: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string, names: readonly string[]): void => {
    for (const name of names) {
      if (NOT_SHIPPED.some((pattern) => pattern.test(name))) continue;
      const dependency = resolvePackage(root, folder, name);
      if (dependency === null || found.has(dependency)) continue;
      found.add(dependency);
      const { dependencies, optionalDependencies } = manifestOf(dependency);
      visit(dependency, Object.keys({ ...dependencies, ...optionalDependencies }));
    }
  };
  visit(root, Object.keys(manifestOf(root).dependencies ?? {}));
  return [...found].map((folder) => relative(root, folder)).sort();
}

/** Whether files of this package are copied into the app's archive. @param folder such as `node_modules/tar` */
export function hasFilesInArchive(folder: string): boolean {
  const name = packageName(folder);
  return !WITHOUT_FILES.some((pattern) => pattern.test(name));
}

/** `node_modules/a/node_modules/@b/c` -> `@b/c`. */
export function packageName(folder: string): string {
  return folder.replaceAll('\\', '/').split('node_modules/').at(-1) ?? folder;
}

/** As Node finds it: in the folder's own `node_modules`, else further up. Null where it is not installed. */
function resolvePackage(root: string, from: string, name: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root) return null;
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
