import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { EspalierBridge } from '../../src-main/contract/index.ts';
import { npyBytes } from '../datasets/support/archive-files.ts';
import { picture, writeTree } from '../datasets/support/image-files.ts';
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

test('a person chooses how one folder is split and what happens to bad files, and is told what was skipped', async ({
  app,
  page,
  dataFolder,
}) => {
  const good = await picture(1, { height: 8, width: 4 });
  const names = ['cat', 'dog'].flatMap((name) => Array.from({ length: 10 }, (_, at) => `${name}/${at}.png`));
  const files = { ...Object.fromEntries(names.map((name) => [name, good])), 'cat/10.png': 'no image', 'dog/x.png': '' };
  const folder = await writeTree(join(dataFolder, 'pets'), files);
  await chooseInDialog(app, folder);
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.showChoices();
  await datasets.field('Test share').fill('2');
  await expect(datasets.alert).toContainText('Test share must be a share from 0.01 to 0.9, not “2”');
  await datasets.field('Test share').fill('0.3');
  await datasets.field('Seed').fill('7');
  await datasets.field('Name').fill('pets');
  await datasets.sizeField().fill('8');
  await datasets.choose('Add borders');
  await datasets.choose('Skip and report');
  await datasets.openFolder();

  await expect(page.getByText('30% of every class by seed 7')).toBeVisible({ timeout: 30_000 });
  await datasets.showSkipped();
  await expect(page.getByText(/cat.10\.png: cannot be decoded/)).toBeVisible();
  await expect(page.getByText(/dog.x\.png: is empty \(0 bytes\)/)).toBeVisible();
  const [dataset] = await page.evaluate(async () => {
    const all = await (window as Window & { espalier?: EspalierBridge }).espalier!.lab.listDatasets();
    return all.filter(({ id }) => id === 'pets');
  });
  expect(dataset).toMatchObject({ shape: [8, 8, 3] });
  // 11 files of each class, of which 3 are for testing; a bad one is missing where it was drawn.
  expect(dataset.trainCount + dataset.testCount).toBe(20);
  expect(dataset.testCount).toBeLessThanOrEqual(6);
});

test('an import that has several readings asks, shows what each would give, and imports the one that is chosen', async ({
  app,
  page,
  dataFolder,
}) => {
  const splits = ['train', 'training', 'test'];
  const names = splits.flatMap((split) => [`${split}/cat/1.png`, `${split}/dog/1.png`]);
  const pictures = await Promise.all(names.map(async (name, at) => [name, await picture(at)] as const));
  await chooseInDialog(app, await writeTree(join(dataFolder, 'pets'), Object.fromEntries(pictures)));
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.importFolder({ name: 'pets' });
  await expect(datasets.question).toContainText('more than one may be trained on', { timeout: 30_000 });
  await expect(datasets.answers).toHaveCount(3);
  await expect(datasets.previews).toHaveCount(3);
  await expect(datasets.importThisWay).toBeDisabled();
  // The folder is not chosen again: the dialog would now answer with nothing.
  await chooseInDialog(app, join(dataFolder, 'nowhere'));
  await datasets.answers.filter({ hasText: 'Train on train and training' }).getByRole('radio').check();
  await datasets.importThisWay.click();
  await expect(datasets.card('pets')).toContainText(/Training images\s*4/, { timeout: 30_000 });
  await expect(page.getByText('splits train and training into the training split (2)')).toBeVisible();
  await expect(datasets.question).toBeHidden();
});

test('images that differ and values of no known scale are asked about, with what each answer makes of them', async ({
  app,
  page,
  dataFolder,
}) => {
  const names = ['train/a/1.png', 'train/a/2.png', 'train/b/1.png', 'test/a/1.png', 'test/b/1.png'];
  const colours = await Promise.all(names.map(async (name, at) => [name, await picture(at)] as const));
  const grey = await picture(9, { channels: 1 });
  const folder = await writeTree(join(dataFolder, 'pets'), { ...Object.fromEntries(colours), 'train/b/2.png': grey });
  await chooseInDialog(app, folder);
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.importFolder({ name: 'pets' });
  await expect(datasets.question).toContainText('but the first image has 3 channels (colour)', { timeout: 30_000 });
  await expect(datasets.answers).toHaveCount(3);
  await expect(datasets.previews).toHaveCount(3);
  await datasets.answers
    .filter({ hasText: 'made grey (luma of ITU-R BT.601): 5 of 6 images' })
    .getByRole('radio')
    .check();
  await datasets.importThisWay.click();
  await expect(page.getByText('colour images, now grey (luma of ITU-R BT.601) (5)')).toBeVisible({ timeout: 30_000 });

  // A value far from all others would leave two grey levels of them.
  const values = [...Array.from({ length: 1999 }, (_, at) => at / 1000), 1e6];
  await writeTree(join(dataFolder, 'measured'), {
    'images.npy': npyBytes([2000, 1, 1], values, { type: '<f4' }),
    'labels.npy': npyBytes([2000], values.map((_, at) => at % 2)), // prettier-ignore
  });
  await chooseInDialog(app, join(dataFolder, 'measured'));
  await datasets.importFolder({ name: 'measured' });
  await expect(datasets.question).toContainText('fewer than 64 grey levels', { timeout: 30_000 });
  await datasets.answers.filter({ hasText: 'Black is 0.002, white is 1.997' }).getByRole('radio').check();
  await datasets.importThisWay.click();
  await expect(page.getByText('images of values of 0.002 to 1.997, now of 0 to 255 (2,000)')).toBeVisible({
    timeout: 30_000,
  });

  // A bad file is asked about, too, and a name that is taken.
  await writeTree(folder, { 'train/b/3.png': 'no image' });
  await chooseInDialog(app, folder);
  await datasets.importFolder({ name: 'measured' });
  await datasets.answers.filter({ hasText: 'Make all images grey' }).getByRole('radio').check();
  await datasets.importThisWay.click();
  await expect(datasets.question).toContainText('It cannot be decoded', { timeout: 30_000 });
  await datasets.answers.filter({ hasText: 'Skip what cannot be used' }).getByRole('radio').check();
  await datasets.importThisWay.click();
  await expect(datasets.question).toContainText('There is a dataset measured with other content', { timeout: 30_000 });
  await datasets.answers.filter({ hasText: 'Call it measured-2' }).getByRole('radio').check();
  await datasets.importThisWay.click();
  await expect(datasets.card('measured-2')).toContainText('Ready', { timeout: 30_000 });
  await expect(page.getByText('1 bad file skipped')).toBeVisible();
});

test('what an import comes to is in view, and a question stays until it is answered, dismissed or replaced', async ({
  app,
  page,
  dataFolder,
}) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1280, 800));
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`;
  const folder = await writeTree(join(dataFolder, 'hub'), { 'train.parquet': pointer });
  await chooseInDialog(app, folder);
  await goTo(page, 'Datasets');
  const datasets = new DatasetsPage(page);
  await datasets.importFolder({ name: 'hub' });
  await expect(datasets.question).toContainText('is a Git LFS pointer', { timeout: 30_000 });
  await expect(datasets.importThisWay).toBeInViewport({ ratio: 0.99 });
  await datasets.answers.getByRole('radio').check();
  // Nothing is left where it is skipped: that is said, as often as it is tried.
  for (let time = 0; time < 2; time++) {
    await datasets.importThisWay.click();
    await expect(datasets.alert).toContainText('none of its Parquet files', { timeout: 30_000 });
    await expect(datasets.alert).toBeInViewport({ ratio: 0.99 });
    await expect(datasets.importThisWay).toBeEnabled();
    await datasets.alert.getByRole('button', { name: 'Dismiss' }).click();
  }
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
  });
  await datasets.openFolder();
  await expect(datasets.importThisWay).toBeEnabled();

  await chooseInDialog(app, join(dataFolder, 'nowhere'));
  await datasets.openFolder();
  await expect(datasets.alert).toContainText('nowhere', { timeout: 30_000 });
  await expect(datasets.question).toBeHidden();

  const good = await picture(1);
  const files = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'].map((name) => [name, good] as const);
  await chooseInDialog(app, await writeTree(join(dataFolder, 'pets'), Object.fromEntries(files)));
  await datasets.openFolder();
  await expect(page.getByText('The files have no test split')).toBeInViewport({ ratio: 1, timeout: 30_000 });
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
