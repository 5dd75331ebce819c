import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportChange } from '../../src-main/contract/index.ts';
import { npyBytes, zipBytes } from './support/archive-files.ts';
import { openCatalogueBeside as setUp } from './support/catalogue.ts';

/** What the values of arrays become, and what is told of it. */

const steps = (count: number, to: (at: number) => number) => Array.from({ length: count }, (_, at) => to(at));
const BYTES = steps(256, (at) => at);

/** Two training and two test images, each of these values in a row. */
const arrays = (training: number[], type: string, held = training, heldType = type) => ({
  'x_train.npy': npyBytes([2, 1, training.length], [...training, ...training], { type }),
  'y_train.npy': npyBytes([2], [0, 1]),
  'x_test.npy': npyBytes([2, 1, training.length], [...held, ...held], { type: heldType }),
  'y_test.npy': npyBytes([2], [0, 1]),
});

const change = (kind: ImportChange['kind'], what: string, count = 4): ImportChange => ({ kind, what, count });

async function importValues(files: Record<string, Buffer>, valueRange: [number, number] | null = null) {
  const { folder, catalogue, importAs } = await setUp(files);
  const { dataset, changes, notes } = await importAs(folder, { valueRange });
  const { train, test: held } = await catalogue.load(dataset.id);
  return {
    greys: [...train.pixels.subarray(0, train.pixels.length / 2)],
    held: [...held.pixels.subarray(0, held.pixels.length / 2)],
    changes,
    notes,
  };
}

describe('levels are kept, and a scale is told', () => {
  test.each<[string, string, number[], number[], ImportChange[]]>([
    ['bytes', '|u1', BYTES, BYTES, []],
    ['whole numbers of 0 to 255', '<i8', BYTES, BYTES, []],
    ['whole floats of 0 to 255', '<f4', BYTES, BYTES, []],
    ['floats of 0 to 1', '<f4', BYTES.map((grey) => grey / 255), BYTES, [change('rescaled', 'images of values of 0 to 1, now of 0 to 255')]], // prettier-ignore
    ['16-bit floats of 0 to 1', '<f2', BYTES.map((grey) => grey / 255), BYTES, [change('rescaled', 'images of values of 0 to 1, now of 0 to 255')]], // prettier-ignore
    ['floats of -1 to 1', '<f4', BYTES.map((grey) => (2 * grey) / 255 - 1), BYTES, [change('rescaled', 'images of values of -1 to 1, now of 0 to 255')]], // prettier-ignore
    ['floats of 0 to 2', '<f8', BYTES.map((grey) => (2 * grey) / 255), BYTES, [change('rescaled', 'images of values of 0 to 2, now of 0 to 255')]], // prettier-ignore
    ['floats of 0 to 1/10', '<f8', BYTES.map((grey) => grey / 2550), BYTES, [change('rescaled', 'images of values of 0 to 0.1, now of 0 to 255')]], // prettier-ignore
    ['standardised floats', '<f4', BYTES.map((grey) => (grey / 255 - 0.1307) / 0.3081), BYTES, [change('rescaled', 'images of values of -0.4242129 to 2.821486, now of 0 to 255')]], // prettier-ignore
    ['signed bytes', '|i1', BYTES.map((grey) => grey - 128), BYTES, [change('rescaled', 'images of values of -128 to 127, now of 0 to 255')]], // prettier-ignore
    ['16 bits', '<u2', BYTES.map((grey) => grey * 257), BYTES, [change('rescaled', 'images of values of 0 to 65535, now of 0 to 255')]], // prettier-ignore
    ['8 bits moved up by 8', '>u2', BYTES.map((grey) => grey * 256), BYTES, [change('rescaled', 'images of values of 0 to 65280, now of 0 to 255')]], // prettier-ignore
    ['booleans', '|b1', [0, 1, 1, 0], [0, 255, 255, 0], [change('converted', 'images of 0 and 1, now of 0 and 255')]],
    ['bytes of 0 and 1', '|u1', [0, 1, 1, 0], [0, 255, 255, 0], [change('converted', 'images of 0 and 1, now of 0 and 255')]], // prettier-ignore
    ['floats of 0 and 1', '<f4', [0, 1, 1, 0], [0, 255, 255, 0], [change('converted', 'images of 0 and 1, now of 0 and 255')]], // prettier-ignore
    ['three floats', '<f4', [-1.5, 0.25, 2], [0, 128, 255], [change('rescaled', 'images of values of -1.5 to 2, now of 0 to 255')]], // prettier-ignore
    ['black', '<f4', [0, 0, 0], [0, 0, 0], []],
  ])('%s', async (_, type, values, greys, changes) => {
    const found = await importValues(arrays(values, type));
    expect(found).toMatchObject({ greys, held: greys, changes, notes: [] });
  });

  test('12 bits of 16 become 256 levels, which is told', async () => {
    const { greys, changes } = await importValues(arrays(steps(4096, (at) => at), '<u2')); // prettier-ignore
    expect(new Set(greys).size).toBe(256);
    expect([greys[0], greys[2048], greys[4095]]).toEqual([0, 128, 255]);
    expect(changes).toEqual([
      change('rescaled', 'images of values of 0 to 4095, now of 0 to 255'),
      change('rounded', 'images of 4,096 distinct values, now of 256 grey levels'),
    ]);
  });

  test('more values than are listed are counted, too', async () => {
    const { changes } = await importValues(arrays(steps(70_000, (at) => at / 69_999), '<f8')); // prettier-ignore
    expect(changes.at(-1)?.what).toBe('images of more than 65,536 distinct values, now of 256 grey levels');
  });

  test('floats a little beyond 0 to 1 are of that scale', async () => {
    const { greys, changes } = await importValues(arrays([0, 0.2, 0.4, 1], '<f4', [-1e-7, 0.2, 0.4, 1.0000001]));
    expect(greys).toEqual([0, 51, 102, 255]);
    expect(changes).toHaveLength(1);
  });

  test('few whole numbers stay as they are, with a note', async () => {
    const { greys, notes } = await importValues(arrays([0, 1, 2, 16], '|u1'));
    expect(greys).toEqual([0, 1, 2, 16]);
    expect(notes).toEqual([expect.stringContaining('run from 0 to 16 only, of 255, and stay so')]);
  });
});

describe('a range that was chosen', () => {
  test('is followed, and values beyond it are counted', async () => {
    const { greys, changes } = await importValues(arrays([-1, 0, 2, 4, 5], '<f4'), [0, 4]);
    expect(greys).toEqual([0, 0, 128, 255, 255]);
    expect(changes).toEqual([
      change('rescaled', 'images of values of 0 to 4, now of 0 to 255'),
      change('rounded', 'images of 5 distinct values, now of 3 grey levels'),
      change('rounded', 'values beyond 0 to 4, now 0 or 255', 8),
    ]);
  });

  test('is of both splits', async () => {
    const { greys, held } = await importValues(arrays([0, 51, 255], '<f4', [0, 0.5, 1]), [0, 255]);
    expect([greys, held]).toEqual([
      [0, 51, 255],
      [0, 1, 1],
    ]);
  });
});

describe('what does not say its scale is refused, naming the option', () => {
  test.each<[string, Record<string, Buffer>]>([
    ['0 to 1, and 0 to 255', arrays([0, 0.2, 1], '<f4', [0, 51, 255])],
    ['0 to 255, and 0 to 1', arrays([0, 51, 255], '<f4', [0, 0.2, 1])],
    ['0 to 1, and 0 to 2', arrays([0, 0.2, 1], '<f4', [0, 0.2, 2])],
    ['bytes, and booleans', arrays([0, 51, 255], '|u1', [0, 1, 1], '|b1')],
    ['12 bits, and 8', arrays([0, 51, 4095], '<u2', [0, 1, 255])],
    ['with values below zero, and without', arrays([-2, 0.2, 2], '<f4', [0, 0.2, 3])],
  ])('%s', async (_, files) => {
    const { folder, importAs, stored } = await setUp(files);
    await expect(importAs(folder)).rejects.toThrow(
      /x_test\.npy: its values run from .*, but those of .*x_train\.npy .*--value-range=LOW,HIGH/,
    );
    expect(await stored()).toEqual([]);
  });

  test('one value far from all others', async () => {
    const { folder, importAs } = await setUp(arrays([...steps(200, (at) => at / 100), 1e6], '<f4'));
    await expect(importAs(folder)).rejects.toThrow(
      /x_train\.npy: its values run from 0 to 1000000, 201 distinct ones, .*--value-range=LOW,HIGH/,
    );
  });
});

test.each([NaN, Infinity, -Infinity])(
  'an image that holds %d is bad: it stops the import, or is skipped',
  async (odd) => {
    const files = {
      ...arrays([0, 0.5, 1], '<f4'),
      'x_train.npy': npyBytes([3, 1, 2], [0, 1, 1, odd, 1, 0], { type: '<f4' }),
      'y_train.npy': npyBytes([3], [0, 1, 1]),
      'x_test.npy': npyBytes([2, 1, 2], [0, 1, 1, 0], { type: '<f4' }),
    };
    const { folder, importAs } = await setUp(files);
    await expect(importAs(folder)).rejects.toThrow(`x_train.npy, sample 1: holds ${odd}, which is no grey value`);
    const { dataset, skippedCount } = await importAs(folder, { onBadFile: 'skip' });
    expect([dataset.trainCount, skippedCount]).toEqual([2, 1]);
  },
);

describe('memory', () => {
  const large = {
    ...arrays([0, 100, 255], '|u1'),
    'x_train.npy': npyBytes([2, 1, 2 ** 20], Array<number>(2 ** 21).fill(7)),
  };

  test('is limited, with the option that allows more, and before it is taken', async () => {
    const { folder, importAs, stored } = await setUp({ ...large, 'all.npz': zipBytes(large) });
    for (const path of [folder, join(folder, 'all.npz')]) {
      await expect(importAs(path, { mostGibibytes: 0.001 })).rejects.toThrow(
        /x_train.*: holds 2 × 1 × 1048576 values, 2,097,152 bytes\. .* at most 1,073,741 bytes are\. .*--most-gib/,
      );
    }
    expect(await stored()).toEqual([]);
  });

  test('is not taken for what is not wanted, and that is not read', async () => {
    const unwanted = { 'weights.npy': npyBytes([1, 2 ** 21], Array<number>(2 ** 21).fill(7)) };
    const archive = zipBytes({ ...unwanted, ...arrays([0, 100, 255], '|u1') });
    // Damaged where nobody looks.
    archive[500_000] ^= 1;
    const { folder, importAs } = await setUp({ 'all.npz': archive });
    const { dataset } = await importAs(join(folder, 'all.npz'), { mostGibibytes: 0.001 });
    expect(dataset).toMatchObject({ trainCount: 2, testCount: 2 });
  });
});
