import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { WINDOW_PACKAGES } from '../debian.ts';
import type { ElectronRuntime } from '../electron-runtime.ts';
import { projectRoot } from '../support/folders.ts';
import { archivePatterns } from './archive.ts';
import { COPYRIGHT_FILE, NOTICES_FILE } from './notices/write.ts';
import { HOMEPAGE, MAINTAINER } from './publisher.ts';

export interface PackageOptions {
  readonly runtime: ElectronRuntime;
  /** SQLite's binding for a runtime too old for the shipped one, or null. */
  readonly binding: string | null;
  /** Keeps the debugging arguments Playwright drives the app with; such a package is never handed out. */
  readonly forTests: boolean;
  readonly outputFolder: string;
}

/** Files of the runtime that the app has no use for. */
const LEFT_OUT = [
  'resources/default_app.asar',
  'version',
  // Uploads crash reports, and is started by Electron's crashReporter only, which the app does not use.
  'chrome_crashpad_handler',
];

/** What goes into the packages, for electron-builder. */
export function packageConfiguration(options: PackageOptions): Configuration {
  const { runtime, binding, forTests, outputFolder } = options;
  return {
    appId: 'app.espalier.desktop',
    productName: 'Espalier',
    // With a finished runtime at hand nothing is downloaded and nothing compiled.
    electronVersion: runtime.version,
    electronDist: distFolder(runtime),
    npmRebuild: false,
    directories: { output: outputFolder, buildResources: 'resources' },
    asar: true,
    // Native libraries are loaded by the system, which cannot look into an archive.
    asarUnpack: ['**/*.node', 'node_modules/@img/**'],
    files: archivePatterns({ root: projectRoot, shippedBinary: binding === null }),
    // The window speaks English; Chromium falls back to this one.
    electronLanguages: ['en-US'],
    extraResources: [
      { from: NOTICES_FILE, to: 'THIRD-PARTY-NOTICES.txt' },
      { from: 'resources/espalier.d.ts', to: 'espalier.d.ts' },
      { from: 'out/kernels', to: 'kernels', filter: ['*.wasm'] },
      ...(binding === null ? [] : [{ from: binding, to: 'native/better_sqlite3.node' }]),
    ],
    // The desktop entry's name ties a running window to its entry and icon.
    extraMetadata: { homepage: HOMEPAGE, desktopName: 'espalier.desktop', debuggable: forTests },
    afterExtract: (context) => {
      for (const file of LEFT_OUT) rmSync(join(context.appOutDir, file), { recursive: true, force: true });
      return Promise.resolve();
    },
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: forTests,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
      // Exists on macOS and Windows only.
      enableEmbeddedAsarIntegrityValidation: process.platform !== 'linux',
    },
    linux: {
      category: 'Science',
      icon: 'resources/icon',
      executableName: 'espalier',
      syncDesktopName: true,
      maintainer: MAINTAINER,
      synopsis: 'A desktop lab for dynamic sparse training',
      target: ['dir', 'deb', 'AppImage', 'tar.gz'],
    },
    deb: {
      packageName: 'espalier',
      recommends: [],
      depends: WINDOW_PACKAGES.filter((name) => name.startsWith('lib')),
      fpm: [`${COPYRIGHT_FILE}=/usr/share/doc/espalier/copyright`],
    },
    mac: { category: 'public.app-category.developer-tools', icon: 'resources/icon/1024x1024.png', target: ['dmg'] },
    win: { icon: 'resources/icon/256x256.png', target: ['nsis'] },
    nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  };
}

function distFolder(runtime: ElectronRuntime): string {
  const folder = dirname(runtime.executable);
  // electron-builder wants the folder that holds Electron.app.
  return process.platform === 'darwin' ? join(folder, '..', '..', '..') : folder;
}
