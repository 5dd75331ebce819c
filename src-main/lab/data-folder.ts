import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const APPLICATION = 'Espalier';

/**
 * Where runs, masks, checkpoints and prepared datasets live: the folder named, else `ESPALIER_DATA`, else the
 * platform's place for application data.
 */
export function dataFolder(named?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = named || environment.ESPALIER_DATA;
  return chosen ? resolve(chosen) : join(applicationData(environment), APPLICATION);
}

/** Where every face of the lab writes down what went wrong. */
export const logFileOf = (folder: string): string => join(folder, 'logs', 'espalier.log');

function applicationData(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return environment.APPDATA || join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return environment.XDG_DATA_HOME || join(homedir(), '.local', 'share');
}
