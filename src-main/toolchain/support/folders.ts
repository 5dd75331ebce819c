import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname, '../../..');
export const outFolder = join(projectRoot, 'out');
export const modulesFolder = join(projectRoot, 'node_modules');

/** Where downloaded runtimes and compiled bindings live between checkouts. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'espalier');
}
