import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './errors.ts';

/** The Node-API version that the binary shipped with better-sqlite3 needs; an older runtime crashes on it. */
const REQUIRED_NODE_API = 10;

/**
 * The native binding better-sqlite3 must load in this process, or undefined for the one it ships. Asked on the main
 * thread: worker threads of Electron do not know the resources folder.
 * @throws StoreError where this runtime needs another binding and there is none
 */
export function sqliteBinding(): string | undefined {
  const named = process.env.ESPALIER_SQLITE_BINDING;
  if (named) {
    if (existsSync(named)) return named;
    throw new StoreError('other', `ESPALIER_SQLITE_BINDING names ${named}, which is not there.`);
  }
  if (Number(process.versions.napi) >= REQUIRED_NODE_API) return undefined;

  const { resourcesPath } = process as { resourcesPath?: string };
  const packaged = resourcesPath ? join(resourcesPath, 'native', 'better_sqlite3.node') : null;
  if (packaged && existsSync(packaged)) return packaged;
  throw new StoreError(
    'other',
    `SQLite's binary needs Node-API ${REQUIRED_NODE_API}, and this runtime (Node ${process.versions.node}) has ` +
      `${process.versions.napi}. Run Espalier with npm, which brings a newer Node, or compile the binding for this ` +
      'runtime and name it in ESPALIER_SQLITE_BINDING.',
  );
}
