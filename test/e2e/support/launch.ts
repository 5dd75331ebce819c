import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page, type TestInfo } from '@playwright/test';
import { isRoot } from '../../../src-main/toolchain/debian.ts';
import { hasDisplay } from '../../../src-main/toolchain/display.ts';
import { findElectron } from '../../../src-main/toolchain/electron-runtime.ts';
import { findSqliteBinding } from '../../../src-main/toolchain/sqlite-binding.ts';
import { outFolder, projectRoot } from '../../../src-main/toolchain/support/folders.ts';

export { expect } from '@playwright/test';

/** The address of the window's page. */
export const HOME = 'app://espalier/index.html';

export interface LaunchOptions {
  /** The app's data folder. */
  readonly dataFolder: string;
  /** The app's executable where it is a packaged one; the built `out/` on the development runtime otherwise. */
  readonly packaged?: string;
  /** A CommonJS file that the app on the development runtime loads before its own. */
  readonly preload?: string;
  /** Further Chromium switches or arguments of the app. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts the app under Playwright. Close what it returns.
 *
 * @throws where something that it needs is missing; ask `whyNoWindow` first
 */
export async function launch(options: LaunchOptions): Promise<ElectronApplication> {
  const switches = process.platform === 'linux' && isRoot() ? ['--no-sandbox'] : [];
  const environment: Record<string, string> = { ...inheritedEnvironment(), ESPALIER_DATA: options.dataFolder };
  const rest = options.args ?? [];
  if (options.packaged !== undefined) {
    // A package has to find its own binding: what the tests know about it must not leak in.
    delete environment.ESPALIER_SQLITE_BINDING;
    const env = { ...environment, ...options.environment };
    return launchPackage({ executablePath: options.packaged, args: [...switches, ...rest], env });
  }
  const runtime = findElectron();
  if (runtime === null) throw new Error('No Electron runtime: npm test -- e2e obtains one.');
  const binding = findSqliteBinding(runtime);
  if (binding.needed && binding.path !== null) environment.ESPALIER_SQLITE_BINDING = binding.path;
  const preloads = [join(import.meta.dirname, 'hold-ready.cjs'), ...(options.preload ? [options.preload] : [])];
  return _electron.launch({
    executablePath: runtime.executable,
    args: [...preloads.flatMap((file) => ['-r', file]), ...switches, projectRoot, ...rest],
    env: { ...environment, ...options.environment },
  });
}

/**
 * A package takes no preload (see hold-ready.cjs), so Playwright may miss its window; a start takes 3 s at most, and one
 * that takes 20 s was missed.
 */
async function launchPackage(
  options: NonNullable<Parameters<typeof _electron.launch>[0]>,
): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await _electron.launch({ ...options, timeout: 20_000 });
    } catch (error) {
      const missed =
        error instanceof Error && error.message.includes('Timeout') && error.message.includes('DevTools listening');
      if (!missed || attempt === 4) throw error;
      console.log(`Playwright missed the window of the packaged app (attempt ${attempt}), starting it again.`);
    }
  }
}

/**
 * Ends the app as a session that ends would: without its question about runs in training, with everything written down.
 * After 30 s it is killed, so that a hung app fails its own test and no other.
 */
export async function close(app: ElectronApplication): Promise<void> {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

/** What the display tests lack on this machine, in one line with the command that gets it; null when nothing. */
export function whyNoWindow(): string | null {
  if (!hasDisplay()) return 'there is no display (npm test -- e2e brings one; or xvfb-run -a npx playwright test)';
  const runtime = findElectron();
  if (runtime === null) return 'there is no Electron runtime (npm test -- e2e obtains one)';
  const binding = findSqliteBinding(runtime);
  if (binding.needed && binding.path === null)
    return 'SQLite is not compiled for this runtime (npm test -- e2e does it)';
  if (!existsSync(join(outFolder, 'main', 'main.js'))) return 'the app is not built (npm run build)';
  return null;
}

function inheritedEnvironment(): Record<string, string> {
  const present = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const environment = Object.fromEntries(present);
  delete environment.ELECTRON_RUN_AS_NODE;
  return environment;
}

interface Fixtures {
  /** An empty folder, gone after the test. */
  dataFolder: string;
  /** The running app, with `dataFolder` as its data folder. */
  app: ElectronApplication;
  /** Its first window, loaded. */
  page: Page;
}

export const test = base.extend<Fixtures & { windowPossible: undefined }>({
  windowPossible: [
    async ({}, use, info) => {
      const reason = whyNoWindow();
      if (reason !== null && process.env.CI === 'true') throw new Error(`In CI the display tests must run: ${reason}`);
      // The list reporter keeps the reason to itself.
      if (reason !== null) console.log(`skipped: ${info.title}: ${reason}`);
      info.skip(reason !== null, reason ?? '');
      await use(undefined);
    },
    { auto: true },
  ],
  dataFolder: async ({}, use) => {
    await withFolder(use);
  },
  app: async ({ dataFolder }, use, info) => {
    const app = await launch({ dataFolder });
    await attachingOutput(app, info, () => use(app));
    await close(app);
  },
  page: async ({ app }, use) => {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await use(page);
  },
});

/**
 * For files whose tests leave nothing in the app that another would see: one app for all of them, each with the page
 * loaded anew. After a test that failed, the next one has an app of its own.
 */
export const testOfSharedApp = test.extend<object, { sharedApp: ElectronApplication }>({
  sharedApp: [
    async ({}, use) => {
      await withFolder(async (dataFolder) => {
        const app = await launch({ dataFolder });
        await use(app);
        await close(app);
      });
    },
    { scope: 'worker' },
  ],
  app: async ({ sharedApp }, use, info) => {
    await attachingOutput(sharedApp, info, () => use(sharedApp));
  },
  page: async ({ sharedApp }, use) => {
    const page = await sharedApp.firstWindow();
    // The app's own loading is not cut short.
    await page.waitForLoadState();
    await page.goto(HOME);
    await use(page);
  },
});

/** An empty folder, gone after the work. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-e2e-'));
  await work(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function attachingOutput(app: ElectronApplication, info: TestInfo, work: () => Promise<void>): Promise<void> {
  const lines: string[] = [];
  const hear = (chunk: Buffer): void => void lines.push(chunk.toString());
  const streams = [app.process().stdout, app.process().stderr];
  for (const stream of streams) stream?.on('data', hear);
  await work();
  for (const stream of streams) stream?.off('data', hear);
  if (info.status !== info.expectedStatus) await info.attach('output of the app', { body: lines.join('') });
}
