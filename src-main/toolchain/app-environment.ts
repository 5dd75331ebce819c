import { ensureWindowLibraries, isRoot } from './debian.ts';
import { resolveElectron } from './electron-runtime.ts';
import { ensureSqliteBinding } from './sqlite-binding.ts';

export interface AppEnvironment {
  /** The Electron to run. */
  readonly executable: string;
  /** What its process is started with: ours, and where SQLite's binding is. */
  readonly variables: NodeJS.ProcessEnv;
  /** Chromium refuses its sandbox to root; for anyone else it stays on. */
  readonly withoutSandbox: boolean;
}

/**
 * Obtains what the app needs to run from its sources: Electron, its libraries, SQLite's binding.
 * @throws {Problem} where one cannot be had
 */
export async function prepareApp(): Promise<AppEnvironment> {
  const runtime = await resolveElectron();
  await ensureWindowLibraries(runtime.executable);
  const binding = await ensureSqliteBinding(runtime);
  const variables: NodeJS.ProcessEnv = { ...process.env };
  if (binding !== null) variables.ESPALIER_SQLITE_BINDING = binding;
  // Left over from a terminal inside another Electron app, it would turn this one into a plain Node.
  delete variables.ELECTRON_RUN_AS_NODE;
  return { executable: runtime.executable, variables, withoutSandbox: process.platform === 'linux' && isRoot() };
}
