import { openPublished, openStudyForm } from './pages/studies.ts';
import { goTo } from './pages/workbench.ts';
import { expect, test } from './support/launch.ts';

test('the form of a study shows what its runs will train with, and keeps what was typed until it is queued', async ({
  page,
}) => {
  const form = await openStudyForm(page);
  await form.name.fill('Looked up');
  await form.seeds.fill('1');
  await form.removeRow('method');
  await form.values('sparsity').fill('0.9');
  await form.base(/^Method/).selectOption('set-itop');
  await expect(form.base(/^Update interval/)).toHaveValue('1500');
  await form.showFurtherFields();
  await expect(form.base(/^Prune rate/)).toHaveValue('0.5');
  await expect(form.base(/^Stop updates after/)).toHaveValue('1');

  await form.addVariant();
  await form.variant(1).label.fill('RigL');
  await form.variant(1).sets.fill('method=rigl');
  await form.addVariant();
  await form.variant(2).label.fill('As the base');
  await expect(form.base(/^Update interval/)).toHaveValue('');
  await expect(form.base(/^Update interval/)).toHaveAttribute('placeholder', 'by method');
  await expect(form.base(/^Epochs/)).toHaveValue('30');
  await form.base(/^Epochs/).fill('1');
  await form.base(/^Network/).fill('mlp-16');

  await goTo(page, 'Datasets');
  const again = await openStudyForm(page);
  await expect(again.name).toHaveValue('Looked up');
  await expect(again.base(/^Method/)).toHaveValue('set-itop');
  await expect(again.base(/^Network/)).toHaveValue('mlp-16');
  await expect(again.values('sparsity')).toHaveValue('0.9');
  await expect(again.values('method')).toHaveCount(0);
  await expect(again.variant(1).sets).toHaveValue('method=rigl');

  await again.queueButton.click();
  await expect(page.getByRole('heading', { name: 'Looked up' })).toBeVisible();
  const fresh = await openStudyForm(page);
  await expect(fresh.name).toHaveValue('');
  await expect(fresh.values('method')).toBeVisible();
});

test('a published experiment fills the form, and what was typed comes back', async ({ page }) => {
  const form = await openPublished(page);
  await form.name.fill('Typed before');
  const { panel, experiment, sweep, scale } = form.published;
  await experiment.selectOption('ITOP: MLP on CIFAR-10');
  await sweep.selectOption('Update interval');
  await scale('Half').check();
  await expect(panel).toContainText('36 runs over 3 seeds');
  await scale('Quick').check();
  await expect(panel).toContainText('12 runs over 1 seed');
  await expect(panel).toContainText('A tenth of the epochs');
  await expect(panel).toContainText('CIFAR-10 is not on this machine.');
  await expect(panel.getByRole('link', { name: 'Get it' })).toHaveAttribute('href', '#/datasets/cifar-10');

  await form.fill();
  await expect(form.name).toHaveValue('itop-mlp-cifar10 · update-interval · quick');
  await expect(form.seeds).toHaveValue('1');
  await expect(form.base(/^Network/)).toHaveValue('mlp-1024-512');
  await expect(form.base(/^Epochs/)).toHaveValue('25');
  await expect(form.values('updateEvery')).toHaveValue('10, 30, 60, 150, 400, 800');
  await expect(form.variant(2).sets).toHaveValue('method=rigl-itop');
  await expect(form.queueButton).toHaveText('Queue 12 runs');

  await sweep.selectOption('Methods');
  await form.fill();
  await expect(form.variant(4).sets).toHaveValue('method=rigl-itop, updateEvery=400');
  await expect(form.base(/^Update interval/)).toHaveAccessibleDescription('Set by the variants that use it.');

  await form.undo();
  await expect(form.name).toHaveValue('Typed before');
  await expect(form.values('method')).toBeVisible();
});
