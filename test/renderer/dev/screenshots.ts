import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { preview } from 'vite';

/**
 * Draws every screen over generated data, in both themes, with Debian's Chromium:
 * `npx vite build test/renderer/dev && node test/renderer/dev/screenshots.ts FOLDER [NAME ...]`. Says what the page
 * complained about.
 */
const folder = resolve(process.argv[2] ?? 'test-results/screens');
const wanted = process.argv.slice(3);
mkdirSync(folder, { recursive: true });

interface Shot {
  name: string;
  address: string;
  prepare?: (page: Page) => Promise<void>;
  /** The whole of a page that scrolls. */
  isWhole?: boolean;
}

const shots: Shot[] = [
  { name: 'gallery', address: 'gallery.html', isWhole: true },
  { name: 'welcome', address: '?runs=0#/runs' },
  { name: 'runs', address: '#/runs' },
  {
    name: 'runs-selected',
    address: '#/runs',
    prepare: async (page) => {
      await page.getByLabel('Group by study').check();
      await page.getByRole('checkbox', { name: 'Select all of Demo study' }).check();
    },
  },
  {
    name: 'runs-filtered',
    address: '#/runs',
    prepare: (page) => page.getByRole('searchbox', { name: 'Filter runs' }).fill('nothing like it'),
  },
  { name: 'runs-failed', address: '?fail=listRuns#/runs' },
  { name: 'runs-many', address: '?runs=1000#/runs' },
  { name: 'run', address: '#/runs/r0000g' },
  { name: 'run-finished', address: '#/runs/r00004' },
  { name: 'run-diverged', address: '#/runs/r0000d' },
  {
    name: 'run-bottom',
    address: '#/runs/r00004',
    prepare: (page) => page.getByRole('heading', { name: 'Configuration' }).scrollIntoViewIfNeeded(),
  },
  ...['exploration', 'overlap-first', 'survival', 'degrees', 'loss-jump', 'weights-by-age'].map((measure): Shot => ({
    name: `measure-${measure}`,
    address: '#/runs/r00004',
    prepare: async (page) => {
      await page.getByRole('heading', { name: 'Configuration' }).scrollIntoViewIfNeeded();
      await page.getByRole('combobox', { name: 'Measure' }).selectOption(measure);
    },
  })),
  {
    name: 'measure-failed',
    address: '?fail=measureRun#/runs/r00004',
    prepare: (page) => page.getByRole('heading', { name: 'Configuration' }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'measure-table',
    address: '#/runs/r00004',
    prepare: async (page) => {
      await page.getByRole('heading', { name: 'Configuration' }).scrollIntoViewIfNeeded();
      await page.getByRole('combobox', { name: 'Measure' }).selectOption('turnover');
      await page.getByRole('region', { name: 'The life of the masks' }).getByRole('button', { name: 'Table' }).click();
    },
  },
  { name: 'compare', address: '#/compare?runs=r00001,r00002,r00003,r00004' },
  {
    name: 'compare-seeds',
    address: `#/compare?runs=${Array.from({ length: 12 }, (_, i) => `r${(i + 1).toString(36).padStart(5, '0')}`).join(',')}`,
    prepare: (page) => page.getByRole('heading', { name: 'Over seeds' }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'compare-table',
    address: '#/compare?runs=r00001,r00002,r00003,r00004',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Table' }).click();
    },
  },
  { name: 'masks', address: '#/runs/r00004/masks' },
  {
    name: 'masks-update',
    address: '#/runs/r00004/masks',
    prepare: async (page) => {
      await page.getByRole('slider', { name: 'Update' }).fill('3');
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await page.getByRole('button', { name: 'Zoom in' }).click();
    },
  },
  {
    name: 'masks-layer2',
    address: '#/runs/r00004/masks',
    prepare: (page) => page.getByText('fc2', { exact: true }).click(),
  },
  {
    name: 'masks-export',
    address: '#/runs/r00004/masks',
    prepare: (page) => page.getByRole('button', { name: 'Save as NumPy' }).click(),
  },
  { name: 'masks-large', address: '#/runs/r0000g/masks' },
  { name: 'launch', address: '#/launch' },
  {
    name: 'launch-errors',
    address: '#/launch',
    prepare: async (page) => {
      await page.getByRole('combobox', { name: 'Method' }).selectOption('static');
      await page.getByRole('textbox', { name: 'Sparsity' }).fill('1.5');
      await page.getByRole('textbox', { name: 'Seed' }).fill('1, 2, x');
      await page.getByRole('combobox', { name: 'Network' }).fill('resnet');
    },
  },
  {
    name: 'launch-groups',
    address: '#/launch',
    async prepare(page) {
      await page.getByRole('combobox', { name: 'Method' }).selectOption('rigl-nm');
      await page.getByRole('textbox', { name: 'Group size' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'launch-own',
    address: '#/launch',
    async prepare(page) {
      await page.getByRole('combobox', { name: 'Method' }).selectOption('gentle-set');
      await page.getByRole('textbox', { name: 'Patience' }).scrollIntoViewIfNeeded();
    },
  },
  { name: 'launch-clone', address: '#/launch?from=r0000f' },
  { name: 'studies', address: '#/studies' },
  { name: 'studies-none', address: '?runs=0#/studies' },
  { name: 'study', address: '#/studies/study0001' },
  { name: 'study-new', address: '#/studies/new' },
  {
    name: 'study-published',
    address: '#/studies/new',
    prepare: async (page) => {
      await page.getByText('Published experiments').click();
      await page.getByRole('combobox', { name: 'Experiment' }).selectOption('itop-resnet34-cifar100');
    },
  },
  {
    name: 'study-errors',
    address: '#/studies/new',
    prepare: async (page) => {
      await page.getByRole('group', { name: 'Grid row sparsity' }).getByRole('textbox').fill('0.9, 1.5');
      await page.getByRole('textbox', { name: 'Epochs' }).fill('ten');
    },
  },
  {
    name: 'datasets',
    address: '#/datasets',
    prepare: (page) => page.getByRole('button', { name: 'Open a dataset folder' }).click(),
  },
  {
    name: 'datasets-question',
    address: '#/datasets',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Open a dataset file' }).click();
      await page.getByRole('radio', { name: /photo/ }).check();
    },
  },
  {
    name: 'datasets-download',
    address: '#/datasets',
    prepare: (page) => page.getByRole('button', { name: 'Download Kuzushiji-MNIST' }).click(),
  },
  {
    name: 'datasets-cancelled',
    address: '#/datasets',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Download Kuzushiji-MNIST' }).click();
      await page.getByRole('button', { name: 'Cancel the download' }).click();
      await page.getByText('Without a network').click();
    },
  },
  { name: 'dataset', address: '#/datasets/mnist' },
  { name: 'dataset-hundred', address: '#/datasets/cifar-100' },
  { name: 'dataset-missing', address: '#/datasets/kmnist' },
  { name: 'dataset-available', address: '#/datasets/fashion-mnist' },
  { name: 'dataset-none', address: '#/datasets/nothing' },
  { name: 'dataset-failed', address: '?fail=readDatasetContent#/datasets/mnist' },
  { name: 'methods', address: '#/methods' },
  {
    name: 'methods-question',
    address: '#/methods',
    prepare: (page) => page.getByRole('button', { name: 'Look at patient.ts' }).click(),
  },
  {
    name: 'run-own',
    address: '#/runs/r0000l',
    prepare: (page) => page.getByRole('heading', { name: 'Method', exact: true }).scrollIntoViewIfNeeded(),
  },
  { name: 'run-own-failed', address: '#/runs/r0000l' },
  {
    name: 'run-own-question',
    address: '#/runs/r0000l',
    prepare: (page) => page.getByRole('button', { name: 'Resume' }).click(),
  },
  { name: 'devices', address: '#/devices' },
  { name: 'settings', address: '#/settings' },
  {
    name: 'dialog',
    address: '#/runs/r0000g',
    prepare: (page) => page.getByRole('button', { name: 'Cancel' }).click(),
  },
  { name: 'palette', address: '#/runs', prepare: (page) => page.keyboard.press('Control+k') },
];

const server = await preview({
  configFile: resolve(import.meta.dirname, 'vite.config.ts'),
  preview: { port: 0, host: '127.0.0.1' },
  logLevel: 'silent',
});
const base = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
let complaints = 0;
for (const theme of ['light', 'dark'] as const) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
  for (const shot of shots) {
    if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
    const page = await context.newPage();
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      complaints += 1;
      console.log(`${theme} ${shot.name}: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      complaints += 1;
      console.log(`${theme} ${shot.name}: ${error.message}`);
    });
    await page.goto(`${base}${shot.address}`);
    await page.waitForTimeout(700);
    await shot.prepare?.(page);
    await page.waitForTimeout(500);
    if (shot.isWhole) {
      const height = await page.locator('main').evaluate((element) => element.scrollHeight);
      await page.setViewportSize({ width: 1280, height });
      await page.waitForTimeout(500);
    }
    await page.screenshot({ path: resolve(folder, `${shot.name}-${theme}.png`) });
    await page.close();
  }
}
await browser.close();
await server.close();
console.log(`${complaints} complaints; pictures in ${folder}`);
