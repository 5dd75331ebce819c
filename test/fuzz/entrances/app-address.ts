import { join } from 'node:path';
import fc from 'fast-check';
import { CONTENT_SECURITY_POLICY, respond } from '../../../src-main/desktop/respond.ts';
import { isOwnAddress } from '../../../src-main/desktop/addresses.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { CANARY } from '../harness/sandbox.ts';

const SERVED: Readonly<Record<string, string>> = {
  'index.html': 'served: the page',
  'assets/index-B1.js': 'served: the script',
  'assets/inter latin.woff2': 'served: the font',
};
const HIDDEN: Readonly<Record<string, string>> = { 'assets/notes.env': CANARY, 'assets/plain': CANARY };
const MADE = new Map([['/gpu.html', 'served: made up']]);

const pieces = fc.oneof(
  fc.constantFrom(
    ...['/', '//', '.', '..', '/../', '\\', '..\\', '%2e', '%2E%2e', '%2f', '%5c', '%252e%252e%252f', '%00', '\0', '%'],
    ...[
      'index.html',
      'assets',
      'index-B1.js',
      'inter%20latin.woff2',
      'notes.env',
      'plain',
      'canary.html',
      'canary.json',
    ],
    ...[
      'case-beside',
      'gpu.html',
      '?',
      '#',
      '@',
      ':',
      ':80',
      ' ',
      '\t',
      '\n',
      ';',
      '&',
      '=',
      'C:',
      '::$DATA',
      '%ff',
      '．．／',
    ],
    ...['/etc/passwd', '/proc/self/environ', 'file:', 'app:', 'espalier', 'ESPALIER', 'espalier.evil', 'user:pass@'],
  ),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

const addresses = fc.oneof(
  fc.constantFrom(
    ...[...Object.keys(SERVED), ...MADE.keys()].map((name) => `app://espalier/${name.replace(/^\//, '')}`),
  ),
  fc.array(pieces, { maxLength: 8 }).map((found) => `app://espalier/${found.join('')}`),
  fc.array(pieces, { maxLength: 8 }).map((found) => found.join('')),
  fc.array(pieces, { maxLength: 4 }).map((found) => `app://${found.join('')}`),
  fc.integer({ min: 1, max: 30_000 }).map((length) => `app://espalier/${'../'.repeat(length)}canary.html`),
);

/** Requests of pages to `app://`, and whether an address passes for a page of ours. */
export const appAddress: Entrance<{ url: string; method: string }> = {
  name: 'app-url',
  what: 'addresses that a page asks of app://, and what passes for a page of ours',
  refusals: [],
  open: ({ folder, fill }) => ({
    cases: fc.record({
      url: addresses,
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant('GET') },
        { weight: 1, arbitrary: fc.constantFrom('POST', 'get', 'HEAD', '', 'DELETE') },
      ),
    }),
    async run({ url, method }) {
      const root = join(folder, 'renderer');
      const files = Object.entries({ ...SERVED, ...HIDDEN }).map(([name, content]) => [`renderer/${name}`, content]);
      fill(Object.fromEntries(files) as Record<string, string>);
      const response = await respond({ method, url }, root, MADE);
      const body = await response.text();
      expectThat([200, 404, 405].includes(response.status), `answers ${response.status}`);
      expectThat(response.headers.get('Content-Security-Policy') === CONTENT_SECURITY_POLICY, 'has no policy');
      expectThat(response.headers.get('X-Content-Type-Options') === 'nosniff', 'lets types be guessed');
      if (response.status !== 200) expectThat(body === '', 'refuses with a body');
      else {
        expectThat(method === 'GET', `answers ${method}`);
        expectThat([...Object.values(SERVED), ...MADE.values()].includes(body), 'serves what it must not');
        expectThat(isOwnAddress(url, null), 'serves an address that is not ours');
      }
    },
  }),
};
