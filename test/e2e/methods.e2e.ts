import { OWN_METHOD, writeMethod } from '../support/own-method.ts';
import { Methods } from './pages/methods.ts';
import { goTo, LaunchPage, RunPage } from './pages/workbench.ts';
import { close, expect, launch, test } from './support/launch.ts';

const CHANGED = OWN_METHOD.replace('Updates before any', 'Updates before the first');
const THROWING = OWN_METHOD.replaceAll('gentle-set', 'throwing')
  .replace('Gentle SET', 'Throwing')
  .replace('drop: dropSmallestMagnitudes,', "drop: () => {\n      throw new Error('no weight is weak');\n    },");

test('a file is asked about once, loaded, trained with a key of its own, and asked about again when it changes', async ({
  dataFolder,
}) => {
  test.setTimeout(180_000);
  writeMethod(dataFolder, 'gentle.ts', OWN_METHOD);
  const app = await launch({ dataFolder });
  try {
    const page = await app.firstWindow();
    const methods = new Methods(page);
    await expect(methods.notice).toContainText('gentle.ts is new among your methods.');
    await goTo(page, 'Methods');
    await expect(methods.file('gentle.ts')).toContainText('new, not loaded');
    await expect(methods.method('gentle-set')).toHaveCount(0);

    await methods.lookAtNotice();
    await expect(methods.question).toContainText('Load gentle.ts?');
    await expect(methods.question).toContainText('This file is a program');
    await expect(methods.question).toContainText(`${OWN_METHOD.split('\n').length - 1} lines`);
    await expect(methods.code).toContainText('export default defineMethod({');
    await methods.answer('Load it');
    await expect(methods.file('gentle.ts')).toContainText('gentle-setloaded');
    await expect(methods.method('gentle-set')).toContainText('patience (0 to 50 updates)');
    await expect(methods.notice).toHaveCount(0);

    await goTo(page, 'New run');
    const form = new LaunchPage(page);
    await page.getByRole('combobox', { name: 'Method' }).selectOption('gentle-set');
    await expect(page.getByText('Updates before any weight moves. From 0 to 50 updates.')).toBeVisible();
    await form.field('Patience').fill('60');
    await expect(form.error(/must be at most 50 updates, not 60/)).toBeVisible();
    await form.field('Patience').fill('5');
    await page.getByRole('combobox', { name: 'Network' }).fill('mlp-16');
    await form.field('Epochs').fill('1');
    await expect(form.queueButton()).toBeEnabled();
    await form.queueButton().click();
    const run = new RunPage(page);
    await expect(run.note('Test accuracy')).toContainText('loss', { timeout: 120_000 });
    await expect(page.getByRole('row', { name: /Patience/ })).toContainText('5 updates');
    await expect(page.getByRole('region', { name: 'Code of gentle.ts' })).toContainText("name: 'gentle-set'");

    writeMethod(dataFolder, 'gentle.ts', CHANGED);
    await goTo(page, 'Methods');
    await expect(methods.file('gentle.ts')).toContainText('changed, not loaded');
    await expect(methods.notice).toContainText('gentle.ts has changed.');
    await methods.lookAt('gentle.ts');
    await expect(methods.question).toContainText('gentle.ts has changed: load it?');
    await methods.answer('Not now');
    await expect(methods.notice).toHaveCount(0);
    await expect(methods.file('gentle.ts')).toContainText('changed, not loaded');
    await page.goBack();
    await expect(page.getByText('The file is another now:')).toBeVisible();
    await expect(page.getByText(/line \d+ was .*Updates before any weight moves/)).toBeVisible();

    writeMethod(dataFolder, 'gentle.ts', OWN_METHOD);
    await goTo(page, 'Methods');
    await expect(methods.file('gentle.ts')).toContainText('gentle-setloaded');
  } finally {
    await close(app);
  }
});

test('a broken file says where it is broken, and a rule that throws fails its run with file and line', async ({
  dataFolder,
}) => {
  test.setTimeout(180_000);
  const app = await launch({ dataFolder });
  try {
    const page = await app.firstWindow();
    const methods = new Methods(page);
    await goTo(page, 'Methods');
    await expect(page.getByText('There is no file yet.')).toBeVisible();
    writeMethod(dataFolder, 'broken.js', 'export default {\n  name: ,\n};\n');
    writeMethod(dataFolder, 'throwing.ts', THROWING);
    await methods.lookAgain();
    for (const file of ['broken.js', 'throwing.ts']) {
      await methods.lookAt(file);
      await methods.answer('Load it');
    }
    await expect(methods.file('broken.js')).toContainText('cannot be loaded');
    await expect(methods.file('broken.js')).toContainText('broken.js:2: Unexpected token');
    await expect(methods.file('throwing.ts')).toContainText('throwingloaded');

    await goTo(page, 'New run');
    const form = new LaunchPage(page);
    await page.getByRole('combobox', { name: 'Method' }).selectOption('throwing');
    await page.getByRole('combobox', { name: 'Network' }).fill('mlp-16');
    await form.field('Epochs').fill('1');
    await form.field('Update interval').fill('10');
    await expect(form.queueButton()).toBeEnabled();
    await form.queueButton().click();
    const line = THROWING.split('\n').findIndex((text) => text.includes('throw new')) + 1;
    await expect(page.getByRole('main').getByRole('alert')).toContainText(
      new RegExp(
        `The method throwing failed at update 1 in its drop rule of layer fc1: no weight is weak \\(throwing\\.ts:${line}\\)`,
      ),
      { timeout: 120_000 },
    );
    await expect(page.getByText(`it stopped at line ${line}.`)).toBeVisible();
  } finally {
    await close(app);
  }
});
