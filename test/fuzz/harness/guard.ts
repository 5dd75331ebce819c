import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Functions of `node:fs` whose first argument is a path; with their `Sync` twins and those of `fs.promises`. */
const ONE_PATH =
  'access appendFile chmod chown exists lchown lstat lutimes mkdir mkdtemp open openAsBlob opendir readFile readdir readlink realpath rm rmdir stat statfs truncate unlink utimes writeFile createReadStream createWriteStream'.split(
    ' ',
  );
const TWO_PATHS = 'copyFile cp link rename symlink'.split(' ');

export interface Guard {
  /** Watches from here on. */
  start(): void;
  /** What was touched outside since, as `open /etc/passwd`. */
  stop(): string[];
}

type Functions = Record<string, unknown>;

/**
 * Watches every function of `node:fs` that takes a path: the case's folder may be touched in every way, the project
 * only be read (modules are loaded from it). What native code opens by itself is not seen here; the canaries beside
 * the case's folder are for that.
 */
export function installGuard(folder: string, project: string): Guard {
  const within = (path: string, root: string): boolean => path === root || path.startsWith(root + sep);
  let watching = false;
  let touched: string[] = [];
  const note = (name: string, given: unknown): void => {
    if (!watching || typeof given === 'number' || given === undefined) return;
    const path = resolve(given instanceof URL ? fileURLToPath(given) : String(given as string));
    if (within(path, folder)) return;
    const reads = /^(access|exists|lstat|open(dir|AsBlob)?|read|realpath|stat|createReadStream)/.test(name);
    if (reads && (within(path, project) || path.startsWith('/proc/') || path.startsWith('/sys/'))) return;
    touched.push(`${name} ${path}`);
  };
  const wrap = (table: Functions, name: string, paths: number): void => {
    const original = table[name];
    if (typeof original !== 'function') return;
    const watched = function (this: unknown, ...given: unknown[]): unknown {
      for (const path of given.slice(0, paths)) note(name, path);
      return Reflect.apply(original, this, given);
    };
    table[name] = Object.assign(watched, original);
  };
  for (const table of [fs, fs.promises] as unknown as Functions[]) {
    for (const [names, paths] of [[ONE_PATH, 1] as const, [TWO_PATHS, 2] as const]) {
      for (const name of names) {
        wrap(table, name, paths);
        wrap(table, `${name}Sync`, paths);
      }
    }
  }
  syncBuiltinESMExports();
  return {
    start() {
      touched = [];
      watching = true;
    },
    stop() {
      watching = false;
      return touched;
    },
  };
}
