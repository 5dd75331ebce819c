import { existsSync } from 'node:fs';
import { ensureBuilt } from './build.ts';
import { ensureWindowLibraries, isRoot } from './debian.ts';
import { hasDisplay } from './display.ts';
import { resolveElectron } from './electron-runtime.ts';
import { runCommandLine } from './espalier.ts';
import { ensureSqliteBinding } from './sqlite-binding.ts';
import { projectRoot } from './support/places.ts';
import { foreground } from './support/processes.ts';
import { say } from './support/terminal.ts';

/** `npm start`: builds what is stale, obtains what is missing, and opens the app; arguments are passed on to it. */
export async function program(args: readonly string[]): Promise<number> {
  return hasDisplay() ? openApp(args) : runDemoInTerminal();
}

async function openApp(args: readonly string[]): Promise<number> {
  await ensureBuilt();
  const runtime = await resolveElectron();
  await ensureWindowLibraries(runtime.executable);
  const binding = await ensureSqliteBinding(runtime);
  const environment: NodeJS.ProcessEnv = { ...process.env };
  if (binding !== null) environment.ESPALIER_SQLITE_BINDING = binding;
  // Left over from a terminal inside another Electron app, it would turn this one into a plain Node.
  delete environment.ELECTRON_RUN_AS_NODE;
  return foreground(runtime.executable, [...electronSwitches(), projectRoot, ...args], { env: environment });
}

function electronSwitches(): string[] {
  const switches: string[] = [];
  // Chromium refuses its sandbox to root; for anyone else it stays on.
  if (process.platform === 'linux' && isRoot()) switches.push('--no-sandbox');
  if (!process.env.DISPLAY && process.env.WAYLAND_DISPLAY) switches.push('--ozone-platform=wayland');
  return switches;
}

async function runDemoInTerminal(): Promise<number> {
  say('There is no display here, so the demo study runs in the terminal.');
  const status = await runCommandLine(['run', '--preset', 'demo']);
  const here = existsSync('/usr/bin/xvfb-run')
    ? 'xvfb-run -a npm start'
    : 'apt-get install -y xvfb xauth && xvfb-run -a npm start';
  say(`To open the app: npm start on a desktop, or on a virtual display: ${here}`);
  return status;
}
