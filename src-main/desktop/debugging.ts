import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Switches of Chromium and Node that let another program look into this one and run code in it. A port is open to every
 * program and every user of the machine, without a password.
 */
export const DEBUGGING_SWITCHES = [
  ...['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'remote-debugging-targets'],
  ...['remote-allow-origins', 'inspect', 'inspect-brk', 'inspect-brk-node', 'inspect-port', 'inspect-publish-uid'],
  ...['inspect-wait', 'debug', 'debug-brk', 'debug-port', 'wait-for-debugger', 'wait-for-debugger-children'],
] as const;

/** Whether this app may be debugged: run from its sources, or packaged for tests, which `package.json` then says. */
export function isDebuggable(isPackaged: boolean, appFolder: string): boolean {
  if (!isPackaged) return true;
  const manifest = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8')) as { debuggable?: unknown };
  return manifest.debuggable === true;
}

/**
 * Why the app does not start with these switches, in a line for the terminal; null where none of them is given.
 * @param hasSwitch Chromium's own reading of the command line
 */
export function refusedDebugging(hasSwitch: (name: string) => boolean): string | null {
  const given = DEBUGGING_SWITCHES.filter(hasSwitch).map((name) => `--${name}`);
  if (given.length === 0) return null;
  return (
    `Espalier does not start with ${given.join(' ')}: debugging would let every program on this machine control it. ` +
    'Start it without, or debug it from its sources (npm start).'
  );
}
