import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { isRoot } from '../../src-main/toolchain/debian.ts';
import {
  hasFilesInArchive,
  packageName,
  shippedPackageFolders,
} from '../../src-main/toolchain/packaging/shipped-packages.ts';
import { listFiles } from '../../src-main/toolchain/support/files.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { capture } from '../../src-main/toolchain/support/processes.ts';
import { close, expect, launch, test } from './support/launch.ts';
import { packageForTests, packageToHandOut } from './support/packaged.ts';

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

test.describe('a package to hand out', () => {
  let folder: string;
  let executable: string;
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    folder = mkdtempSync(join(tmpdir(), 'espalier-package-'));
    executable = await packageToHandOut(folder);
  });
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const argument of [
    ...['--remote-debugging-port=0', '-remote-debugging-port=0', '--remote-debugging-pipe', '--remote-allow-origins=*'],
    ...['--inspect', '--inspect=0', '--inspect-brk=0', '--inspect-port=0'],
  ]) {
    test(`does not start with ${argument}`, async ({ dataFolder }) => {
      const switches = isRoot() ? ['--no-sandbox'] : [];
      const environment = { ...process.env, ESPALIER_DATA: dataFolder };
      const finished = await capture(executable, [...switches, argument], { env: environment, timeout: 30_000 });
      expect(finished.stderr).toMatch(/^Espalier does not start with --(remote|inspect)\S*: debugging would let/m);
      expect(finished.stderr).not.toMatch(/listening on/i);
      expect(finished.status).toBe(2);
      expect(readdirSync(dataFolder)).toEqual([]);
    });
  }

  test('holds nothing but what code reads when it runs', () => {
    const files = listPackage(join(dirname(executable), 'resources', 'app.asar'), { isPack: false });
    const shipped = shippedPackageFolders(projectRoot).filter(hasFilesInArchive).map(packageName);
    const allowed = [
      /^\/package\.json$/,
      /^\/resources\/icon\/256x256\.png$/,
      /^\/out\/(main\/.+\.js|preload\/[^/]+\.cjs|renderer\/.+\.(js|css|html|woff2))$/,
      ...shipped.map((name) => new RegExp(`^/node_modules/${name}/.+\\.(js|cjs|mjs|json|wasm)$`)),
      /^\/node_modules\/better-sqlite3\/prebuilds\/[^/]+\.node$/,
    ];
    const isFolder = (path: string): boolean => files.some((other) => other.startsWith(`${path}/`));
    const surplus = files.filter((path) => !isFolder(path) && !allowed.some((pattern) => pattern.test(path)));
    expect(surplus).toEqual([]);
    for (const name of shipped) expect(files).toContain(`/node_modules/${name}/package.json`);
    // What sharp's WebAssembly build needs beside it.
    expect(shipped).toContain('@emnapi/runtime');
  });

  test('holds of the runtime only what the app has a use for', () => {
    const files = readdirSync(dirname(executable));
    expect(files.filter((name) => ['version', 'chrome_crashpad_handler', 'crashpad_handler'].includes(name))).toEqual(
      [],
    );
    expect(readdirSync(join(dirname(executable), 'locales'))).toEqual(['en-US.pak']);
    expect(readdirSync(join(dirname(executable), 'resources'))).not.toContain('default_app.asar');
    expect(files).toContain('chrome-sandbox');
  });

  test('adds at most 9.3 MB, compressed, to its runtime', () => {
    const sizes = listFiles([join(dirname(executable), 'resources')]).map(
      (file) => gzipSync(readFileSync(file)).length,
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(5e6);
    // The deb has 0.9 MB of air below its limit of 75 MB with Electron 33 (docs/packages.md).
    expect(total).toBeLessThan(9.3e6);
  });

  test('has the fuses of a package to hand out', async () => {
    const wire = await getCurrentFuseWire(executable);
    const { ENABLE, DISABLE } = FuseState;
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: DISABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: DISABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: ENABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: DISABLE,
    });
  });
});
