import { prepareApp } from './app-environment.ts';
import { forgetBuild } from './build.ts';
import { hasDisplay, openVirtualDisplay } from './display.ts';
import { ensureKernels } from './kernels.ts';
import { projectRoot } from './support/folders.ts';
import { foreground } from './support/processes.ts';
import { say } from './support/terminal.ts';
import { toolScript } from './support/tools.ts';

/**
 * `npm run dev`: the app over a development server. An edit in `src-renderer` shows at once in the open window, an edit in
 * `src-main` starts the app again: its runs are suspended and go on. Arguments are passed on to the app.
 */
export async function program(args: readonly string[]): Promise<number> {
  await ensureKernels();
  forgetBuild();
  const { executable, variables, withoutSandbox } = await prepareApp();
  const display = hasDisplay() ? null : await openVirtualDisplay();
  if (display !== null) say(`There is no display here: the window opens on a virtual one, DISPLAY=${display.name}.`);
  const environment: NodeJS.ProcessEnv = {
    ...variables,
    // electron-vite's own names for the runtime it starts and for Chromium's sandbox.
    ELECTRON_EXEC_PATH: executable,
    ...(withoutSandbox ? { NO_SANDBOX: '1' } : {}),
    ...(display === null ? {} : { DISPLAY: display.name }),
  };
  try {
    const forApp = args.length > 0 ? ['--', ...args] : [];
    return await foreground(process.execPath, [toolScript('electron-vite'), 'dev', '--watch', ...forApp], {
      cwd: projectRoot,
      env: environment,
    });
  } finally {
    await display?.close();
  }
}
