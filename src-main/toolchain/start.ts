import { existsSync } from 'node:fs';
import { prepareApp } from './app-environment.ts';
import { ensureBuilt } from './build.ts';
import { hasDisplay } from './display.ts';
import { runCommandLine } from './espalier.ts';
import { projectRoot } from './support/folders.ts';
import { foreground } from './support/processes.ts';
import { say } from './support/terminal.ts';

/** `npm start`: builds what is stale, obtains what is missing, and opens the app; arguments are passed on to it. */
export async function program(args: readonly string[]): Promise<number> {
  return hasDisplay() ? openApp(args) : runDemoInTerminal();
}

async function openApp(args: readonly string[]): Promise<number> {
  await ensureBuilt();
  const { executable, variables, withoutSandbox } = await prepareApp();
  const switches = [
    ...(withoutSandbox ? ['--no-sandbox'] : []),
    ...(!process.env.DISPLAY && process.env.WAYLAND_DISPLAY ? ['--ozone-platform=wayland'] : []),
  ];
  return foreground(executable, [...switches, projectRoot, ...args], { env: variables });
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
