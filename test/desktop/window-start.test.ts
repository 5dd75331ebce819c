import { expect, test } from 'vitest';
import { startInWindow } from '../../src-main/desktop/gpu/window-start.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { requireConfiguration } from '../support/methods.ts';

test('a trainer in the hidden window is told nothing of a method’s file, and shares no memory', () => {
  const data = tinyData(8, 4);
  const start = startInWindow({
    runId: 'r1',
    configuration: requireConfiguration({ method: 'set' }),
    methodSource: { file: 'secret-file.js', code: 'export default secretCode', sha256: 'ab' },
    threads: 1,
    data,
    checkpoint: null,
  });
  expect(JSON.stringify(start)).not.toMatch(/secret/);
  expect(Object.keys(start).sort()).toEqual(['checkpoint', 'configuration', 'data', 'runId', 'threads']);
  const { train } = start.data as typeof data;
  expect(train.pixels.buffer).not.toBeInstanceOf(SharedArrayBuffer);
  expect([...train.pixels]).toEqual([...data.train.pixels]);
});
