import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LabError } from './lab-error.ts';

const APPLICATION = 'Espalier';

/**
 * Where runs, masks, checkpoints and prepared datasets live: the folder named, else `ESPALIER_DATA`, else the
 * platform's folder for application data.
 */
export function dataFolder(named?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = namedDataFolder(named, environment);
  return chosen ? resolve(chosen) : join(applicationData(environment), APPLICATION);
}

/** What a person named; an empty name is none. */
export const namedDataFolder = (named?: string, environment: NodeJS.ProcessEnv = process.env): string | undefined =>
  named || environment.ESPALIER_DATA || undefined;

/** Where every face of the lab writes down what went wrong. */
export const logFileOf = (folder: string): string => join(folder, 'logs', 'espalier.log');

function applicationData(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return environment.APPDATA || join(home(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(home(), 'Library', 'Application Support');
  const { XDG_DATA_HOME } = environment;
  // The XDG base directory specification has a relative path ignored.
  return XDG_DATA_HOME && isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(home(), '.local', 'share');
}

/** @throws Error where the system knows of none: an empty or relative one would put data into the current folder */
function home(): string {
  let found = '';
  try {
    found = homedir();
  } catch {
    // A user without an entry in the system's list, and no HOME.
  }
  if (isAbsolute(found)) return found;
  throw new LabError(
    'There is no home folder to keep data in: name a data folder with --data or ESPALIER_DATA, or set HOME.',
  );
}
