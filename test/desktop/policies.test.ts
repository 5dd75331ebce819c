import { describe, expect, test } from 'vitest';
import { developmentServerOf, isOwnAddress } from '../../src-main/desktop/addresses.ts';
import { isAllowedDownload, isAllowedPermission, isAllowedRequest } from '../../src-main/desktop/policies.ts';
import { judgeSender, type Sender } from '../../src-main/desktop/sender.ts';

const SERVER = 'http://localhost:5173';

const FOREIGN = [
  'app://evil/index.html',
  'app://espalier.evil.org/',
  'app://espalier@evil/',
  'app://user@espalier/',
  'apps://espalier/',
  'http://espalier/',
  'https://example.org/?next=app://espalier/',
  'https://example.org/#app://espalier/index.html',
  'javascript:app://espalier/',
  'data:text/html,app://espalier/',
  'file:///app://espalier/index.html',
  'about:blank',
  'http://localhost:5174/',
  'http://localhost.evil.org:5173/',
  'http://user@localhost:5173/',
  '',
];

describe('our own pages', () => {
  test.each(['app://espalier/', 'app://espalier/index.html#/runs', 'APP://espalier/index.html?x'])('%s', (address) => {
    expect(isOwnAddress(address, null)).toBe(true);
  });

  test.each(FOREIGN)('not %s', (address) => {
    expect(isOwnAddress(address, null)).toBe(false);
    expect(isOwnAddress(address, SERVER)).toBe(false);
  });

  test('the development server only where there is one', () => {
    expect(isOwnAddress(`${SERVER}/index.html`, SERVER)).toBe(true);
    expect(isOwnAddress(`${SERVER}/index.html`, null)).toBe(false);
  });

  test('a development server is taken from the environment only unpackaged, only on this machine', () => {
    expect(developmentServerOf(false, SERVER)).toBe(SERVER);
    expect(developmentServerOf(true, SERVER)).toBeNull();
    expect(developmentServerOf(false, undefined)).toBeNull();
    for (const address of [
      'http://example.org',
      'https://localhost',
      'file:///tmp/x',
      'http://localhost.evil.org',
      'x',
    ]) {
      expect(developmentServerOf(false, address)).toBeNull();
    }
  });
});

describe('who is heard', () => {
  const windows = new Set([3]);
  const good: Sender = { contentsId: 3, frameAddress: 'app://espalier/index.html#/runs', isMainFrame: true };

  test('the main frame of a window of ours on our page', () => {
    expect(judgeSender(good, windows, null)).toBeNull();
    expect(judgeSender({ ...good, frameAddress: `${SERVER}/` }, windows, SERVER)).toBeNull();
  });

  test.each<[string, Sender, RegExp]>([
    ['another web contents', { ...good, contentsId: 4 }, /window/],
    ['a frame that is gone', { ...good, frameAddress: null }, /gone/],
    ['a frame inside the page', { ...good, isMainFrame: false }, /inside/],
    ['a frame inside the page with our address', { ...good, isMainFrame: false }, /inside/],
  ])('not %s', (_, sender, reason) => {
    expect(judgeSender(sender, windows, null)).toMatch(reason);
  });

  test.each(FOREIGN)('not a window of ours showing %s', (frameAddress) => {
    expect(judgeSender({ ...good, frameAddress }, windows, null)).toMatch(/not Espalier/);
  });

  test('nobody where there is no window', () => {
    expect(judgeSender(good, new Set(), null)).not.toBeNull();
  });
});

describe('what a page may do', () => {
  test.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'clipboard-read',
    'display-capture',
    'fileSystem',
    'hid',
    'serial',
    'usb',
    'storage-access',
    'unknown',
    'a permission of the future',
  ])('permission %s is denied', (permission) => {
    expect(isAllowedPermission(permission, 'app://espalier/index.html', null)).toBe(false);
  });

  test('our page may write to the clipboard, another may not', () => {
    expect(isAllowedPermission('clipboard-sanitized-write', 'app://espalier/', null)).toBe(true);
    expect(isAllowedPermission('clipboard-sanitized-write', 'https://example.org/', null)).toBe(false);
  });

  test('it reaches nothing but its own files', () => {
    for (const address of ['app://espalier/a.js', 'data:image/png;base64,AA', 'blob:app://espalier/1']) {
      expect(isAllowedRequest(address, null)).toBe(true);
    }
    for (const address of [
      'https://example.org/',
      'http://127.0.0.1/',
      'ws://localhost:5173/',
      'ftp://a/',
      'file:///a',
    ]) {
      expect(isAllowedRequest(address, null)).toBe(false);
    }
    expect(isAllowedRequest('ws://localhost:5173/?token=1', SERVER)).toBe(true);
  });

  test('it saves only what it made itself', () => {
    expect(isAllowedDownload('blob:app://espalier/6d1c', null)).toBe(true);
    expect(isAllowedDownload('data:image/png;base64,AA', null)).toBe(true);
    for (const address of ['blob:https://example.org/1', 'https://example.org/a.zip', 'app://espalier/index.html']) {
      expect(isAllowedDownload(address, null)).toBe(false);
    }
  });
});
