import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CONTENT_SECURITY_POLICY, respond } from '../../src-main/desktop/respond.ts';
import { problemPage } from '../../src-main/desktop/problem-page.ts';
import { sharedFolder } from './support/shared-folder.ts';

const SECRET = 'must never be served';
let folder = '';

beforeAll(async () => {
  const out = await sharedFolder();
  folder = join(out, 'renderer');
  const files: Record<string, string> = {
    'renderer/index.html': 'the page',
    'renderer/assets/index-B1.js': 'the script',
    'renderer/assets/a.b.css': 'the style',
    'renderer/assets/inter latin.woff2': 'the font',
    'renderer/assets/notes.env': SECRET,
    'renderer/assets/plain': SECRET,
    'renderer-evil/x.js': SECRET,
    'main/main.js': SECRET,
    'secret.html': SECRET,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(out, name, '..'), { recursive: true });
    await writeFile(join(out, name), content);
  }
});

const get = (url: string, method = 'GET', extra = new Map<string, string>()) => respond({ method, url }, folder, extra);

describe('what a page consists of is served', () => {
  test.each([
    ['app://espalier/', 'the page', 'text/html; charset=utf-8'],
    ['app://espalier/index.html', 'the page', 'text/html; charset=utf-8'],
    ['app://espalier/index.html?x=1#/runs/abcd', 'the page', 'text/html; charset=utf-8'],
    ['app://espalier/assets/index-B1.js', 'the script', 'text/javascript; charset=utf-8'],
    ['app://espalier/assets/a.b.css', 'the style', 'text/css; charset=utf-8'],
    ['app://espalier/assets/inter%20latin.woff2', 'the font', 'font/woff2'],
  ])('%s', async (address, content, mediaType) => {
    const response = await get(address);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(content);
    expect(response.headers.get('Content-Type')).toBe(mediaType);
    expect(response.headers.get('Content-Security-Policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });

  test('a page made up at run time, under the same policy', async () => {
    const response = await get('app://espalier/problem.html', 'GET', new Map([['/problem.html', 'made up']]));
    expect(await response.text()).toBe('made up');
    expect(response.headers.get('Content-Security-Policy')).toBe(CONTENT_SECURITY_POLICY);
  });
});

describe('hostile addresses get nothing', () => {
  test.each([
    'app://espalier/../secret.html',
    'app://espalier/../main/main.js',
    'app://espalier/%2e%2e/main/main.js',
    'app://espalier/%2E%2E%2Fmain/main.js',
    'app://espalier/..%2fsecret.html',
    'app://espalier/..%2fmain%2fmain.js',
    'app://espalier/..%2frenderer-evil/x.js',
    'app://espalier/assets/..%2f..%2fmain/main.js',
    'app://espalier/assets%2f..%2f..%2fsecret.html',
    'app://espalier/%252e%252e%252fsecret.html',
    'app://espalier/..%5c..%5cmain%5cmain.js',
    'app://espalier/assets\\..\\..\\main\\main.js',
    'app://espalier/C:/Windows/win.js',
    'app://espalier/c%3a/windows/win.js',
    'app://espalier/index.html::$DATA',
    'app://espalier//etc/motd.html',
    'app://espalier/%2f%2fetc/motd.html',
    'app://espalier/index.html%00.js',
    'app://espalier/%00',
    'app://espalier/%',
    'app://espalier/%ff%fe.js',
    'app://espalier/assets/',
    'app://espalier/assets',
    'app://espalier/assets/plain',
    'app://espalier/assets/notes.env',
    'app://espalier/none.html',
    'app://evil/index.html',
    'app://espalier.evil/index.html',
    'app://espalier@evil/index.html',
    'app://user@espalier/index.html',
    'app://user:word@espalier/index.html',
    'app://espalier:80/index.html',
    'app:///index.html',
    'app:index.html',
    'apps://espalier/index.html',
    'file:///etc/passwd.html',
    'https://espalier/index.html',
    'https://example.org/?next=app://espalier/index.html',
    'not an address',
    '',
  ])('%s', async (address) => {
    const response = await get(address);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'get', ''])('method "%s"', async (method) => {
    expect((await get('app://espalier/index.html', method)).status).toBe(405);
  });
});

test('the policy allows our own files and nothing inline', () => {
  for (const directive of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"]) {
    expect(CONTENT_SECURITY_POLICY.split('; ')).toContain(directive);
  }
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/);
});

test('the page of a start-up problem shows markup as text and brings no script or inline style', () => {
  const page = problemPage({ title: 'A <b>title</b>', message: '/data/"x"<script>alert(1)</script>', advice: 'a & b' });
  expect(page).toContain('A &lt;b&gt;title&lt;/b&gt;');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('a &amp; b');
  expect(page).not.toMatch(/<script|style=|<style|\son\w+=/);
});
