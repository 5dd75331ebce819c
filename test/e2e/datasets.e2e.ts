import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EspalierBridge } from '../../src-main/contract/index.ts';
import { DatasetsPage } from './pages/datasets.ts';
import { goTo, WelcomePage } from './pages/workbench.ts';
import { chooseInDialog, writeManyImages } from './support/image-folders.ts';
import { expect, close, launch, test } from './support/launch.ts';

test('a person prepares the digits and looks into them, by keyboard', async ({ page }) => {
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.fetch('MNIST digits');
  await expect(datasets.card('MNIST digits')).toContainText('Ready');
  const dataset = await datasets.lookInto('MNIST digits');
  // A head, ten digits, a sum.
  await expect(dataset.classes).toHaveCount(12);
  await expect(dataset.classes.last()).toContainText(/8,500.*1,500/s);
  await expect(dataset.channels.nth(1)).toContainText(/Grey.*0\.1311.*0\.3088/s);
  await expect(dataset.examples).toHaveCount(10);
  const canvas = dataset.examples.first().locator('canvas');
  const light = await canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    return data.filter((value, at) => at % 4 === 0 && value > 200).length;
  });
  expect(light).toBeGreaterThan(100);
});

test('a size that cannot be read is named, and nothing is imported until it is mended', async ({ page }) => {
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.showChoices();
  for (const text of ['32 by 32', '50000', '0']) {
    await datasets.sizeField().fill(text);
    await expect(datasets.alert).toContainText(`not “${text}”`);
    for (const button of await datasets.openButtons.all()) await expect(button).toBeDisabled();
  }
  await datasets.sizeField().fill('32x24');
  await expect(datasets.alert).toBeHidden();
  for (const button of await datasets.openButtons.all()) await expect(button).toBeEnabled();
});

/** Gives CIFAR-10's archive so slowly that it takes a quarter of an hour. */
async function serveSlowly(): Promise<{ server: Server; address: string }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Length': 170_052_171 });
    const timer = setInterval(() => response.write(Buffer.alloc(20_000)), 100);
    response.on('close', () => clearInterval(timer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('a download shows how far it is, is cancelled, and fails with what to do', async ({ dataFolder }) => {
  const { server, address } = await serveSlowly();
  const app = await launch({ dataFolder, environment: { ESPALIER_DATASETS: address } });
  try {
    const page = await app.firstWindow();
    await goTo(page, 'Datasets');
    const datasets = new DatasetsPage(page);
    const card = datasets.card('CIFAR-10');
    await expect(card).toContainText('Not here');
    await datasets.fetch('CIFAR-10');
    await expect(card).toContainText(/Downloading CIFAR-10\s*[\d.]+ [kM]B of 170 MB\s*\d+ min \d\d s left/);
    await expect(datasets.card('Kuzushiji-MNIST').getByRole('button')).toBeDisabled();
    await card.getByRole('button', { name: 'Cancel the download' }).click();
    await expect(card.getByRole('status')).toContainText('What was fetched is kept');
    expect(readdirSync(join(dataFolder, 'downloads', 'cifar-10'))).toEqual(['cifar-10-binary.tar.gz.part']);

    server.closeAllConnections();
    server.close();
    await datasets.fetch('CIFAR-10');
    await expect(card.getByRole('alert')).toContainText(/cannot be reached.*put it into .*downloads.cifar-10/);
    await expect(card.getByRole('button', { name: 'Download CIFAR-10' })).toBeEnabled();
  } finally {
    await close(app);
    server.close();
  }
});

test('an import begun on the welcome page shows how far it is, and takes nobody from where they went', async ({
  app,
  page,
  dataFolder,
}) => {
  await chooseInDialog(app, await writeManyImages(join(dataFolder, 'many'), 20_000));
  const welcome = new WelcomePage(page);
  const datasets = await welcome.openDatasetFolder();
  await expect(datasets.importBar).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel the import' })).toBeEnabled();

  await goTo(page, 'Runs');
  await expect(welcome.openFolderButton()).toBeDisabled();
  await page.evaluate(() => (window as Window & { espalier?: EspalierBridge }).espalier?.lab.cancelImport());
  await expect(welcome.openFolderButton()).toBeEnabled();
  await expect(welcome.heading).toBeVisible();
  await expect(page).toHaveURL(/#\/runs$/);
});
