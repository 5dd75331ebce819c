import { close, expect, launch, test } from './support/launch.ts';
import { packageForTests } from './support/packaged.ts';

test('the packaged app starts and trains the demo study', async ({ dataFolder }) => {
  test.setTimeout(300_000);
  const app = await launch({ dataFolder, packaged: await packageForTests() });
  try {
    expect(await app.evaluate(({ app: electron }) => electron.isPackaged)).toBe(true);
    const page = await app.firstWindow();
    await page.getByRole('button', { name: /demo/i }).first().click();
    const finished = page.getByRole('row').filter({ hasText: 'Finished' });
    await expect(finished).toHaveCount(4, { timeout: 200_000 });
    for (const name of ['Dense', 'Static 95%', 'SET 95%', 'RigL 95%']) {
      await expect(finished.filter({ hasText: name })).toHaveCount(1);
    }
  } finally {
    await close(app);
  }
});
