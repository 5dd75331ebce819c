import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import type { EspalierBridge, TrainerEvent } from '../../src-main/contract/index.ts';
import { outFolder } from '../../src-main/toolchain/support/folders.ts';
import { fakeCalibrations } from '../renderer/dev/fake-engines.ts';
import { close, expect, launch, test } from './support/launch.ts';
import { requireConfiguration } from '../support/methods.ts';

/** WebGPU on Chromium's software driver (desktop-runtime.md): correct and slow, on any machine. */
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader'];

type WithBridge = Window & { espalier: EspalierBridge };

test('the Devices page names the adapter, its limits, and that software is no card', async ({ dataFolder }) => {
  const app = await launch({ dataFolder, args: SOFTWARE_GPU });
  try {
    const page = await app.firstWindow();
    await page.getByRole('link', { name: 'Devices' }).click();
    const webgpu = page.getByRole('list', { name: 'Engines' }).getByRole('listitem').filter({ hasText: 'WebGPU' });
    await expect(webgpu).toContainText('Software, for tests');
    await expect(webgpu).toContainText(/Adapter.*\(software\)/);
    await expect(webgpu).toContainText(/Largest buffer\s*\d+\.\d GiB/);
    await expect(webgpu).toContainText(/Memory\s*not reported by WebGPU/);
    const cuda = page.getByRole('listitem').filter({ hasText: 'TensorFlow on CUDA' });
    await expect(cuda).toContainText(/CUDA 11\.2 and cuDNN 8\.1.*npm install --no-save @tensorflow\/tfjs-node-gpu/);
    await expect(page.getByRole('region', { name: 'What auto takes' })).toContainText('CPU is the only engine');
  } finally {
    await close(app);
  }
});

test('what auto measured stands on the Devices page, and is measured again there', async ({ dataFolder }) => {
  const [calibration] = fakeCalibrations;
  const remembered = { ...calibration, configuration: { network: 'mlp-16', epochs: 1 } };
  writeFileSync(join(dataFolder, 'engine-calibrations.json'), JSON.stringify([remembered]));
  const app = await launch({ dataFolder });
  try {
    const page = await app.firstWindow();
    await page.getByRole('link', { name: 'Devices' }).click();
    const table = page.getByRole('table', { name: 'Measured engines' });
    await expect(table.getByRole('row', { name: /resnet18/ })).toContainText('14.2taken');
    await table.getByRole('button', { name: 'Measure resnet18 again' }).click();
    await expect(page.getByRole('status').or(page.getByRole('alert'))).toContainText(/cpu is the only engine here/);
  } finally {
    await close(app);
  }
});

test('a run on auto is told what it took, and why not the software adapter', async ({ dataFolder }) => {
  const app = await launch({ dataFolder, args: SOFTWARE_GPU });
  try {
    const page = await app.firstWindow();
    const [{ id }] = await page.evaluate(() =>
      (window as unknown as WithBridge).espalier.lab.launchRuns([{ network: 'mlp-16', epochs: 1 }], null),
    );
    const look = () => page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.getRun(run), id);
    await expect.poll(async () => (await look()).item.status, { timeout: 60_000 }).toBe('finished');
    const { item, engineChoice } = await look();
    expect(item.engine).toBe('cpu');
    const [webgpu] = engineChoice!.left;
    expect(webgpu.engine).toBe('webgpu');
    expect(webgpu.reason).toMatch(/software/);
  } finally {
    await close(app);
  }
});

/** What a trainer in the hidden page says that is asked to measure, as the lab asks it. */
const measureInPage = (app: ElectronApplication, configuration: unknown): Promise<TrainerEvent> =>
  app.evaluate(
    async ({ BrowserWindow, MessageChannelMain }, given) => {
      const webPreferences = { preload: given.preload, sandbox: true, backgroundThrottling: false };
      const window = new BrowserWindow({ show: false, webPreferences });
      await window.loadURL('app://espalier/gpu.html');
      const [watch, trainer] = [new MessageChannelMain(), new MessageChannelMain()];
      const answer = new Promise((resolve) => trainer.port1.once('message', ({ data }) => resolve(data)));
      trainer.port1.start();
      watch.port1.start();
      const ports = [watch.port2, trainer.port2];
      window.webContents.postMessage('espalier:gpu', { type: 'train', runId: 'measurement', helpers: [] }, ports);
      const none = { count: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) };
      const start = {
        runId: 'measurement',
        configuration: given.configuration,
        threads: 1,
        data: { shape: [8, 8, 1], classes: 4, mean: [], deviation: [], train: none, test: none },
        checkpoint: null,
        measure: { engines: ['webgpu'], milliseconds: 500 },
      };
      trainer.port1.postMessage({ type: 'start', start });
      const event = await answer;
      window.destroy();
      return event as TrainerEvent;
    },
    { preload: join(outFolder, 'preload', 'gpu.preload.cjs'), configuration },
  );

test('the window’s graphics engine is measured where it lives', async ({ dataFolder }) => {
  const app = await launch({ dataFolder, args: SOFTWARE_GPU });
  try {
    await app.firstWindow();
    const event = await measureInPage(app, requireConfiguration({ network: 'mlp-16', batchSize: 16, sparsity: 0.8 }));
    expect(event).toMatchObject({ type: 'engines-measured', left: [], measured: [{ engine: 'webgpu' }] });
    if (event.type === 'engines-measured') expect(event.measured[0].millisecondsPerStep).toBeGreaterThan(0);
  } finally {
    await close(app);
  }
});
