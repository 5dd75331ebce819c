import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { defaultImportChoices, type EspalierBridge } from '../../src-main/contract/index.ts';
import { outFolder } from '../../src-main/toolchain/support/folders.ts';
import { expect, HOME, testOfSharedApp as test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

/** Long enough for a navigation that was let through to have begun. */
const settle = (page: Page) => page.waitForTimeout(400);

/** What the lab answers to a page of a window that it does not know: its refusal. */
async function askFromStranger(app: ElectronApplication): Promise<string> {
  const preload = join(outFolder, 'preload', 'window.preload.cjs');
  return app.evaluate(
    async ({ BrowserWindow }, { home, preload }) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await window.loadURL(home);
      const script = 'espalier.lab.listRuns().then(() => "answered", (error) => error.message)';
      const reply = (await window.webContents.executeJavaScript(script)) as string;
      window.destroy();
      return reply;
    },
    { home: HOME, preload },
  );
}

/** What the lab answers to a strange page in a window that it knows. */
async function askFromStrangePage(app: ElectronApplication): Promise<string> {
  return app.evaluate(async ({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0];
    await webContents.loadURL('data:text/html,<p>stranger</p>');
    const script = 'espalier.lab.listRuns().then(() => "answered", (error) => error.message)';
    return (await webContents.executeJavaScript(script)) as string;
  });
}

test('the window’s preferences are the safe ones', async ({ app, page }) => {
  await expect(page).toHaveURL(new RegExp(`^${HOME}`));
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0].webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    enableBlinkFeatures: '',
    webviewTag: false,
  });
});

test('the page has no Node, no Electron, and a frozen bridge of functions', async ({ page }) => {
  const seen = await page.evaluate(() => {
    const { espalier, ...rest } = window as unknown as WithBridge & Record<string, unknown>;
    return {
      globals: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
        (name) => name in rest,
      ),
      bridge: Object.keys(espalier).sort(),
      frozen: Object.isFrozen(espalier) && Object.isFrozen(espalier.lab),
      kinds: [...new Set(Object.values(espalier.lab).map((value) => typeof value))],
    };
  });
  expect(seen).toEqual({ globals: [], bridge: ['lab', 'on'], frozen: true, kinds: ['function'] });
});

test('the content security policy arrives as a header and blocks what is not ours', async ({ page }) => {
  const policy = await page.evaluate(async (home) => (await fetch(home)).headers.get('Content-Security-Policy'), HOME);
  expect(policy).toContain("script-src 'self'");

  const awaited = ['script-src-elem', 'img-src', 'frame-src', 'connect-src', 'style-src-attr', 'script-src'];
  const violated = await page.evaluate(async (expected) => {
    const missing = new Set(expected);
    // Never where one of them is let through: then the test ends at its limit.
    const allRefused = new Promise<void>((resolve) =>
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        missing.delete(effectiveDirective);
        if (missing.size === 0) resolve();
      }),
    );
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    const image = document.createElement('img');
    image.src = 'https://example.org/pixel.png';
    const frame = document.createElement('iframe');
    frame.src = 'https://example.org/';
    const box = document.createElement('div');
    box.innerHTML = '<p style="color: red">styled</p>';
    document.body.append(script, image, frame, box);
    await fetch('https://example.org/').catch(() => undefined);
    // Playwright's own evaluation may use eval: a task of the page's may not.
    await new Promise((done) => setTimeout(done));
    let evaluated = true;
    try {
      (0, eval)('1 + 1');
    } catch {
      evaluated = false;
    }
    await allRefused;
    return { evaluated, inlineRan: 'inlineRan' in window };
  }, awaited);
  expect(violated).toEqual({ evaluated: false, inlineRan: false });
});

test('our protocol gives nothing outside the window’s files, and takes nothing but GET', async ({ page }) => {
  const statuses = await page.evaluate(async () => {
    const status = async (address: string, method = 'GET') => (await fetch(address, { method })).status;
    return {
      home: await status('app://espalier/index.html'),
      climbing: await status('app://espalier/..%2fmain/main.js'),
      twice: await status('app://espalier/%252e%252e%252fmain/main.js'),
      backslash: await status('app://espalier/..%5cmain%5cmain.js'),
      plain: await status('app://espalier/../main/main.js'),
      posted: await status('app://espalier/index.html', 'POST'),
    };
  });
  expect(statuses).toEqual({ home: 200, climbing: 404, twice: 404, backslash: 404, plain: 404, posted: 405 });
});

test.describe('the page stays', () => {
  for (const address of [
    'https://example.org/',
    'https://example.org/?next=app://espalier/index.html',
    'app://evil/index.html',
    'app://espalier/problem.css',
    'file:///etc/hostname',
    'data:text/html,<p>other</p>',
    'javascript:void(document.title = "other")',
  ]) {
    test(`when sent to ${address}`, async ({ app, page }) => {
      const before = page.url();
      await page.evaluate((target) => {
        const link = document.createElement('a');
        link.href = target;
        document.body.append(link);
        link.click();
        location.assign(target);
      }, address);
      await settle(page);
      expect(page.url()).toBe(before);
      expect(await page.title()).not.toBe('other');
      expect(app.windows()).toHaveLength(1);
    });
  }

  test('when a form is sent, and when it opens windows', async ({ app, page }) => {
    const before = page.url();
    const opened = await page.evaluate(() => {
      const form = document.createElement('form');
      form.action = 'https://example.org/';
      const link = document.createElement('a');
      link.href = 'https://example.org/';
      link.target = '_blank';
      document.body.append(form, link);
      form.submit();
      link.click();
      return [window.open('https://example.org/'), window.open('about:blank'), window.open(location.href)];
    });
    await settle(page);
    expect(opened).toEqual([null, null, null]);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});

test('permissions are denied, asked for and looked up', async ({ page }) => {
  const answers = await page.evaluate(async () => {
    const state = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
    const failed = (work: Promise<unknown>) =>
      work.then(
        () => 'given',
        (error: Error) => error.name,
      );
    const looked = ['geolocation', 'camera', 'microphone', 'notifications', 'midi', 'clipboard-read'];
    return {
      states: await Promise.all(looked.map(state)),
      notification: await Notification.requestPermission(),
      camera: await failed(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await failed(navigator.mediaDevices.getDisplayMedia()),
      clipboard: await failed(navigator.clipboard.readText()),
    };
  });
  expect(new Set(answers.states)).toEqual(new Set(['denied']));
  expect(answers.notification).toBe('denied');
  for (const name of [answers.camera, answers.screen, answers.clipboard]) expect(name).not.toBe('given');
});

test('webviews are not there', async ({ page }) => {
  const name = await page.evaluate(() => {
    const element = document.createElement('webview');
    document.body.append(element);
    return 'getWebContentsId' in element;
  });
  expect(name).toBe(false);
});

test('the lab hears the window’s own page, and no other window or page', async ({ app, page }) => {
  const ask = () => (window as unknown as WithBridge).espalier.lab.listRuns();
  expect(await page.evaluate(ask)).toEqual([]);
  expect(await askFromStranger(app)).toMatch(/refused: it does not come from a window of Espalier/);
  expect(await askFromStrangePage(app)).toMatch(/refused: it comes from a page that is not Espalier/);
});

test('wrong arguments are refused before the lab sees them, and folders are not named by the page', async ({
  page,
}) => {
  const messages = await page.evaluate(async (choices) => {
    const lab = (window as unknown as WithBridge).espalier.lab as unknown as Record<
      string,
      (...given: unknown[]) => Promise<unknown>
    >;
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => 'answered',
        (error: Error) => error.message,
      );
    return Promise.all([
      refusal(lab.getRun('../../etc')),
      refusal(lab.changeSettings({ theme: 'dark', dataFolder: '/etc' })),
      refusal(lab.exportRuns(['abcd'], 'exe')),
      refusal(lab.importDataset({ path: '/etc' }, choices)),
      refusal(lab.exportMasks('abcd', 'csv', { path: '/etc/masks.csv' })),
    ]);
  }, defaultImportChoices);
  expect(messages[0]).toContain('getRun (argument 0): is not the identifier of a run');
  expect(messages[1]).toContain('changeSettings (argument 0.dataFolder)');
  expect(messages[2]).toContain('exportRuns (argument 1)');
  for (const message of messages.slice(3)) expect(message).toContain('choose it in the dialog');
});
