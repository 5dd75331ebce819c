import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { close, expect, launch, test } from './support/launch.ts';
import { packageForTests } from './support/packaged.ts';

test('the packaged app starts and trains the demo study', async ({ dataFolder }, info) => {
  test.setTimeout(300_000);
  const app = await launch({ dataFolder, packaged: await packageForTests() });
  try {
    expect(await app.evaluate(({ app: electron }) => electron.isPackaged)).toBe(true);
    const page = await app.firstWindow();
    await page.getByRole('button', { name: /demo/i }).first().click();
    const rows = page.getByRole('row');
    // A run that ends in any other way fails the test at once instead of after the time limit.
    await expect(rows.filter({ hasText: /Finished|Failed|Cancelled|Interrupted/ })).toHaveCount(4, {
      timeout: 200_000,
    });
    for (const name of ['Dense', 'Static 95%', 'SET 95%', 'RigL 95%']) {
      await expect(rows.filter({ hasText: 'Finished' }).filter({ hasText: name })).toHaveCount(1);
    }
  } finally {
    const log = join(dataFolder, 'logs', 'espalier.log');
    if (existsSync(log)) await info.attach('log of the packaged app', { path: log });
    await close(app);
  }
});
