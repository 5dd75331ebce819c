import type { ElectronApplication, Page } from '@playwright/test';
import type { ConfigurationInput, EspalierBridge, RunDetail } from '../../../src-main/contract/index.ts';
import { close, expect, launch } from './launch.ts';

/** WebGPU on Chromium's software driver (desktop-runtime.md): correct and slow, on any machine. */
export const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader'];

export type WithBridge = Window & { espalier: EspalierBridge };

export const TINY = {
  network: 'mlp-16',
  method: 'set',
  sparsity: 0.8,
  updateEvery: 40,
  engine: 'webgpu',
  seed: 3,
} as const;

export const finished = { timeout: 90_000 };

/** Starts a run, and gives how it ended and what it said on the way; `during` is called once an epoch has been trained. */
export async function runInWindow(
  page: Page,
  configuration: ConfigurationInput,
  during: () => Promise<void> = () => Promise.resolve(),
): Promise<RunDetail & { log: string }> {
  const [{ id }] = await page.evaluate(
    (input) => (window as unknown as WithBridge).espalier.lab.launchRuns([input], null),
    configuration,
  );
  const look = () => page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.getRun(run), id);
  await expect.poll(async () => (await look()).item.epochs, finished).toBeGreaterThan(0);
  await during();
  await expect.poll(async () => (await look()).item.status, finished).toMatch(/finished|failed/);
  const lines = await page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.readLog(run), id);
  return { ...(await look()), log: lines.map(({ text }) => text).join('\n') };
}

export async function withApp<T>(
  dataFolder: string,
  work: (page: Page, app: ElectronApplication) => Promise<T>,
  environment: Record<string, string> = {},
): Promise<T> {
  const app = await launch({ dataFolder, args: SOFTWARE_GPU, environment });
  try {
    return await work(await app.firstWindow(), app);
  } finally {
    await close(app);
  }
}
