import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  boundsOnScreen,
  readWindowState,
  writeWindowState,
  type WindowState,
} from '../../src-main/desktop/window-state.ts';
import { sharedFolder } from './support/shared-folder.ts';

const LAPTOP = { x: 0, y: 25, width: 1440, height: 875 };
const BESIDE = { x: 1440, y: 0, width: 2560, height: 1440 };

describe('where the window opens', () => {
  test('the first time in the middle of the first display', () => {
    expect(boundsOnScreen(null, [LAPTOP, BESIDE])).toEqual({ x: 60, y: 33, width: 1320, height: 860 });
  });

  test('never larger than the display', () => {
    expect(boundsOnScreen(null, [{ x: 0, y: 0, width: 1024, height: 768 }])).toEqual({
      x: 0,
      y: 0,
      width: 1024,
      height: 768,
    });
  });

  test.each([
    ['where it was', { x: 100, y: 80, width: 1000, height: 700 }],
    ['on the second display', { x: 2000, y: 200, width: 1200, height: 900 }],
    ['half over the edge', { x: 1300, y: 80, width: 1000, height: 700 }],
  ])('%s', (_, kept) => {
    expect(boundsOnScreen(kept, [LAPTOP, BESIDE])).toEqual(kept);
  });

  test.each([
    ['the second display is gone', { x: 2000, y: 200, width: 1200, height: 900 }],
    ['its title bar would be above the display', { x: 100, y: -400, width: 1000, height: 700 }],
    ['only a sliver would show', { x: 1400, y: 100, width: 1000, height: 700 }],
    ['it is far away', { x: -30_000, y: -30_000, width: 1000, height: 700 }],
  ])('in the middle again where %s', (_, kept) => {
    expect(boundsOnScreen(kept, [LAPTOP])).toEqual(boundsOnScreen(null, [LAPTOP]));
  });

  test('never smaller than what it needs', () => {
    expect(boundsOnScreen({ x: 0, y: 30, width: 200, height: 100 }, [LAPTOP])).toMatchObject({
      width: 900,
      height: 600,
    });
  });
});

describe('what is kept', () => {
  const folder = sharedFolder();

  test('comes back', async () => {
    const file = join(await folder, 'made', 'window.json');
    const state: WindowState = { bounds: BESIDE, isMaximized: true, theme: 'dark' };
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  test.each(['', '{', 'null', '[]', '{"bounds":{"x":"left"},"isMaximized":false,"theme":"dark"}', '{"theme":"pink"}'])(
    'a damaged file (%s) is only a window in its usual position',
    async (content) => {
      const file = join(await folder, 'damaged.json');
      writeFileSync(file, content);
      expect(readWindowState(file)).toEqual({ bounds: null, isMaximized: false, theme: 'system' });
    },
  );
});
