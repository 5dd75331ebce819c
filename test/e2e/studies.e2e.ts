import { openStudyForm } from './pages/studies.ts';
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
