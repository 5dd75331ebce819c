import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { ConfigurationInput, DatasetContent, EspalierBridge, RunDetail } from '../../src-main/contract/index.ts';
import { DatasetsPage } from './pages/datasets.ts';
import { goTo } from './pages/workbench.ts';
import { checksumOnCommandLine, chooseInDialog, writeImageFolders } from './support/image-folders.ts';
import { close, expect, launch, test } from './support/launch.ts';
import { packageForTests } from './support/packaged.ts';

/**
 * Image files decoded by the app itself. With sharp's native library this ended the app on Linux within a second
 * (electron/electron#46323), so the tests also read what the app says on its way.
 */

type WithBridge = Window & { espalier: EspalierBridge };

const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-vulkan=swiftshader'];

const contentOf = (page: Page, id: string): Promise<Pick<DatasetContent, 'contentSha256' | 'classCounts'>> =>
  page.evaluate(async (dataset) => {
    const { contentSha256, classCounts } = await (window as unknown as WithBridge).espalier.lab.readDatasetContent(
      dataset,
    );
    return { contentSha256, classCounts };
  }, id);

/** Everything the app writes to its terminal from now on. */
function listen(app: ElectronApplication): () => string {
  let text = '';
  const add = (chunk: Buffer): void => void (text += chunk.toString());
  app.process().stdout?.on('data', add);
  app.process().stderr?.on('data', add);
  return () => text;
}

async function importInWindow(
  app: ElectronApplication,
  page: Page,
  folder: string,
  as: { name: string; keep?: boolean },
): Promise<void> {
  await chooseInDialog(app, folder);
  await goTo(page, 'Datasets');
  await new DatasetsPage(page).importFolder(as);
  await expect(page.getByRole('heading', { name: `Imported ${as.name}` })).toBeVisible({ timeout: 90_000 });
}

async function train(page: Page, configuration: ConfigurationInput): Promise<RunDetail> {
  const [{ id }] = await page.evaluate(
    (input) => (window as unknown as WithBridge).espalier.lab.launchRuns([input], null),
    configuration,
  );
  const look = () => page.evaluate((run) => (window as unknown as WithBridge).espalier.lab.getRun(run), id);
  await expect.poll(async () => (await look()).item.status, { timeout: 120_000 }).toMatch(/finished|failed/);
  return look();
}

const GLIB = /GLib|G_IS_OBJECT|SharpElectronLinux/;

test('a window imports PNG, JPEG and WebP as the command line does, keeps such files, shows them and trains on them', async ({
  dataFolder,
}) => {
  test.setTimeout(400_000);
  const folder = await writeImageFolders(join(dataFolder, 'pictures'), 400);
  const expected = await checksumOnCommandLine(folder, join(dataFolder, 'command line'));
  const app = await launch({ dataFolder: join(dataFolder, 'window'), args: SOFTWARE_GPU });
  const heard = listen(app);
  try {
    const page = await app.firstWindow();
    await importInWindow(app, page, folder, { name: 'copied' });
    const content = await contentOf(page, 'copied');
    expect(content.contentSha256).toBe(expected);
    expect(content.classCounts).toEqual({ train: Array(4).fill(400), test: Array(4).fill(40) });

    await importInWindow(app, page, folder, { name: 'kept', keep: true });
    const dataset = await new DatasetsPage(page).lookInto('kept');
    await expect(dataset.examples).toHaveCount(4);
    const tiny = { dataset: 'kept', network: 'mlp-16', epochs: 2, augmentation: 'flip' } as const;
    const runs = [];
    for (const engine of ['cpu', 'webgpu'] as const) runs.push(await train(page, { ...tiny, engine }));
    for (const { item } of runs) expect(item).toMatchObject({ status: 'finished', epochs: 2, failure: null });
    // Both read the same files, one through a thread and one through a process of its own.
    expect(runs[1].item.final!.testAccuracy).toBeCloseTo(runs[0].item.final!.testAccuracy, 1);
    expect(heard()).not.toMatch(GLIB);
  } finally {
    await close(app);
  }
});

test('a package decodes with what it ships', async ({ dataFolder }) => {
  test.setTimeout(300_000);
  const folder = await writeImageFolders(join(dataFolder, 'pictures'), 50);
  const expected = await checksumOnCommandLine(folder, join(dataFolder, 'command line'));
  const app = await launch({ dataFolder: join(dataFolder, 'window'), packaged: await packageForTests() });
  const heard = listen(app);
  try {
    const page = await app.firstWindow();
    await importInWindow(app, page, folder, { name: 'copied' });
    expect((await contentOf(page, 'copied')).contentSha256).toBe(expected);
    expect(heard()).not.toMatch(GLIB);
  } finally {
    await close(app);
  }
});
