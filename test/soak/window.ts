import type { Page } from '@playwright/test';
import type { EspalierBridge } from '../../src-main/contract/index.ts';
import { prepareApp } from '../../src-main/toolchain/app-environment.ts';
import { ensureBuilt } from '../../src-main/toolchain/build.ts';
import { hasDisplay, openVirtualDisplay } from '../../src-main/toolchain/display.ts';
import { close, launch } from '../e2e/support/launch.ts';
import type { Ending } from './command.ts';
import { leftOf, type Left } from './left.ts';
import type { Plan } from './plans.ts';

type WithBridge = Window & { espalier: EspalierBridge };

/**
 * Builds the app, and obtains what a window needs: Electron, its libraries, and a display of its own, so that windows do
 * not jump at whoever is at the screen.
 * @returns what ends the display
 * @throws {Problem} where one of these cannot be had
 */
export async function prepareWindows(): Promise<() => Promise<void>> {
  await ensureBuilt();
  const { executable, variables } = await prepareApp();
  process.env.ESPALIER_ELECTRON = executable;
  if (variables.ESPALIER_SQLITE_BINDING) process.env.ESPALIER_SQLITE_BINDING = variables.ESPALIER_SQLITE_BINDING;
  if (process.platform !== 'linux' && hasDisplay()) return () => Promise.resolve();
  const display = await openVirtualDisplay();
  process.env.DISPLAY = display.name;
  return () => display.close();
}

/**
 * One session of the window: it begins a plan or goes on with it, as its buttons do, and its main process is killed after
 * `milliseconds` of that, unless all is over before or that is null.
 * @returns null where all of the plan was over before
 */
export async function runWindow(plan: Plan, folder: string, milliseconds: number | null): Promise<Ending | null> {
  const left = await leftOf(folder);
  if (left === null) return null;
  const app = await launch({ dataFolder: folder });
  const child = app.process();
  let stderr = '';
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const startedAt = performance.now();
  let isKilled = false;
  let timer: NodeJS.Timeout | null = null;
  try {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    if (milliseconds !== null) {
      timer = setTimeout(() => (isKilled = child.kill('SIGKILL')), milliseconds);
    }
    await Promise.race([train(page, plan, left), ended]);
  } catch (error) {
    // Whoever talks to a window that is killed hears so.
    if (!isKilled) throw error;
  } finally {
    if (timer) clearTimeout(timer);
    // Playwright knows nothing of an app any more that has ended.
    if (child.exitCode === null && child.signalCode === null) await close(app);
  }
  if ((await ended) === 'SIGKILL') return { killed: true };
  return { killed: false, code: child.exitCode, stderr, seconds: (performance.now() - startedAt) / 1000 };
}

/** Through the bridge of the page, as its buttons do; settles once nothing is training or waits any more. */
const train = (page: Page, plan: Plan, left: Left): Promise<void> =>
  page.evaluate(
    async ({ plan: asked, left: what }) => {
      const { lab } = (window as unknown as WithBridge).espalier;
      await lab.changeSettings({ concurrency: asked.atOnce });
      if (what === 'all') {
        if (asked.kind === 'study') await lab.launchStudy(asked.study);
        else await lab.launchRuns(asked.runs, null);
      } else if (asked.kind === 'study') {
        const [{ id }] = await lab.listStudies();
        await lab.resumeStudy(id);
      } else {
        // Those that wait are started by the window itself.
        const runs = await lab.listRuns();
        for (const { id, status } of runs) if (what.includes(id) && status !== 'queued') await lab.resumeRun(id);
      }
      for (;;) {
        const runs = await lab.listRuns();
        if (runs.every(({ status }) => status === 'finished')) return;
        const failed = runs.find(({ status }) => !['queued', 'running', 'finished'].includes(status));
        if (failed) throw new Error(`The run ${failed.name} is ${failed.status}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    { plan, left },
  );
