import { once } from 'node:events';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import type { GpuReport } from '../../src-main/contract/index.ts';
import { outFolder } from '../../src-main/toolchain/support/folders.ts';
import { finished, runInWindow, SOFTWARE_GPU, TINY, withApp, type WithBridge } from './support/gpu-runs.ts';
import { close, expect, launch, test } from './support/launch.ts';

/** What the hidden page says of the graphics card, asked as the app asks it. */
const askPage = (app: ElectronApplication): Promise<GpuReport> =>
  app.evaluate(
    async ({ BrowserWindow, MessageChannelMain }, preload) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await window.loadURL('app://espalier/gpu.html');
      const { port1, port2 } = new MessageChannelMain();
      const answer = new Promise((resolve) => port1.once('message', ({ data }) => resolve(data)));
      port1.start();
      window.webContents.postMessage('espalier:gpu', { type: 'describe' }, [port2]);
      const report = await answer;
      window.destroy();
      return report as GpuReport;
    },
    join(outFolder, 'preload', 'gpu.preload.cjs'),
  );

test('the hidden page tells of the graphics adapter, and that SwiftShader is software', async ({ dataFolder }) => {
  const app = await launch({ dataFolder, args: SOFTWARE_GPU });
  try {
    await app.firstWindow();
    const report = await askPage(app);
    expect(report).toMatchObject({ available: true, adapter: { isSoftware: true } });
    if (report.available) expect(report.adapter.maxBufferBytes).toBeGreaterThan(2 ** 27);
  } finally {
    await close(app);
  }
});

/** Two epochs of a small sparse network on the graphics engine. */
const ON_GPU = { ...TINY, epochs: 2, checkpointEvery: 1 };

test('a small sparse network trains on the graphics engine, rewires there, and says so', async ({ dataFolder }) => {
  test.setTimeout(240_000);
  const { item, engineTitle, log } = await withApp(dataFolder, (page) => runInWindow(page, ON_GPU));
  expect(item).toMatchObject({ status: 'finished', epochs: 2 });
  expect(item.updates).toBeGreaterThan(2);
  expect(item.rs).toBeGreaterThan(0.2);
  expect(item.final!.testAccuracy).toBeGreaterThan(0.75);
  expect(engineTitle).toMatch(/^WebGPU, .* \(a software adapter\)/);
  expect(log).toMatch(/training images \(\d+ MiB\) stay on the graphics card/);
});

test('images that stream from disk reach the graphics engine, and train it as those in memory do', async ({
  dataFolder,
}) => {
  test.setTimeout(300_000);
  const { item, log } = await withApp(
    dataFolder,
    async (page) => {
      // The first use of a dataset reads it whole; what it leaves in the data folder streams from then on.
      await runInWindow(page, { ...TINY, engine: 'cpu', epochs: 1 });
      return runInWindow(page, ON_GPU);
    },
    { ESPALIER_RESIDENT_MIB: '0' },
  );
  expect(item).toMatchObject({ status: 'finished', epochs: 2 });
  expect(item.final!.testAccuracy).toBeGreaterThan(0.75);
  expect(log).not.toContain('stay on the graphics card');
});

test('two runs share the graphics card: neither waits for the other to end', async ({ dataFolder }) => {
  test.setTimeout(300_000);
  await withApp(dataFolder, async (page) => {
    const shares = await page.evaluate(
      async (configuration) => {
        const { lab } = (window as unknown as WithBridge).espalier;
        await lab.changeSettings({ concurrency: 2 });
        const runs = await lab.launchRuns([configuration, { ...configuration, seed: 4 }], null);
        for (;;) {
          const items = await Promise.all(runs.map(({ id }) => lab.getRun(id).then(({ item }) => item)));
          const failed = items.find(({ status }) => status === 'failed');
          if (failed) throw new Error(failed.failure ?? 'failed');
          if (items.some(({ status }) => status === 'finished'))
            return items.map(({ progress }) => progress.step / progress.totalSteps);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
      { ...TINY, epochs: 3, checkpointEvery: 0 },
    );
    expect(Math.max(...shares)).toBe(1);
    expect(Math.min(...shares)).toBeGreaterThan(0.5);
  });
});

test('a run goes on from its last checkpoint when the graphics process is lost', async ({ dataFolder }) => {
  test.setTimeout(240_000);
  const { item } = await withApp(dataFolder, (page, app) =>
    runInWindow(page, ON_GPU, () =>
      app.evaluate(({ BrowserWindow }) => {
        const hidden = BrowserWindow.getAllWindows().find((window) =>
          window.webContents.getURL().endsWith('/gpu.html'),
        );
        hidden!.webContents.forcefullyCrashRenderer();
      }),
    ),
  );
  expect(item).toMatchObject({ status: 'finished', epochs: 2 });
});

test('a paused run is interrupted, not failed, by closing the window', async ({ dataFolder }) => {
  test.setTimeout(240_000);
  const app = await launch({ dataFolder, args: SOFTWARE_GPU });
  const page = await app.firstWindow();
  const [{ id }] = await page.evaluate(
    (input) => (window as unknown as WithBridge).espalier.lab.launchRuns([input], null),
    { ...TINY, epochs: 100_000, checkpointEvery: 0 },
  );
  const steps = async () =>
    (await page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.getRun(run), id)).item.steps;
  await expect.poll(steps, finished).toBeGreaterThan(0);
  await page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.pauseRun(run), id);
  const over = once(app.process(), 'exit');
  await app
    .evaluate(({ BrowserWindow }) => {
      const isHidden = (window: Electron.BrowserWindow) => window.webContents.getURL().endsWith('/gpu.html');
      BrowserWindow.getAllWindows()
        .find((window) => !isHidden(window))!
        .close();
    })
    .catch(() => undefined);
  await over;

  const status = await withApp(dataFolder, (reopened) =>
    reopened.evaluate(
      async (run) => (await (window as unknown as WithBridge).espalier.lab.getRun(run)).item.status,
      id,
    ),
  );
  expect(status).toBe('interrupted');
});
