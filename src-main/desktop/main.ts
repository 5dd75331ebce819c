import { app } from 'electron';
import { developmentServerOf } from './addresses.ts';
import { startApplication } from './application.ts';
import { registerScheme } from './application-protocol.ts';
import { isDebuggable, refusedDebugging } from './debugging.ts';
import { findPaths, withUsableWindowFolder } from './environment.ts';
import { secureApplication } from './security.ts';

const refusal = isDebuggable(app.isPackaged, app.getAppPath())
  ? null
  : refusedDebugging((name) => app.commandLine.hasSwitch(name));

if (refusal === null) start();
else {
  process.stderr.write(`${refusal}\n`);
  // Before Electron is ready, so that Chromium has opened no port yet.
  app.exit(2);
}

function start(): void {
  const paths = withUsableWindowFolder(findPaths(process.argv));
  const developmentServer = developmentServerOf(app.isPackaged, process.env.ELECTRON_RENDERER_URL);

  // The lock is that of this folder: one window per data folder.
  app.setPath('userData', paths.windowFolder);

  if (app.requestSingleInstanceLock()) {
    registerScheme();
    secureApplication(developmentServer);
    // Not awaited at the top level: Electron is not ready before this module has run.
    void app.whenReady().then(() => startApplication({ paths, developmentServer }));
  } else {
    app.quit();
  }
}
