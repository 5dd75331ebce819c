import { describe, expect, test } from 'vitest';
import type { MaskView } from '../../src-main/contract/index.ts';
import { binStates, stateAt, wholeWindow } from '../../src-renderer/topology/bins.ts';
import { viridis } from '../../src-renderer/topology/colourmaps.ts';
import { describeBlock } from '../../src-renderer/topology/describe.ts';
import { paintBins, paintDegrees } from '../../src-renderer/topology/pixels.ts';
import { blockAt, clampViewport, visibleSquares, zoomAt } from '../../src-renderer/topology/viewport.ts';
import { describeZoom, fittingZoom, sizeAt, ZOOMS } from '../../src-renderer/topology/zoom.ts';

/** 5 outputs x 6 inputs; kept at (0,0) and (4,5), born at (0,1), died at (1,0), revived at (3,3). */
const view: MaskView = {
  runId: 'r0001',
  layer: 0,
  layerName: 'fc1',
  update: 1,
  step: 100,
  outputs: 5,
  inputs: 6,
  inputShape: [2, 3, 1],
  positions: Float64Array.from([0, 1, 6, 21, 29]),
  states: Uint8Array.from([0, 1, 2, 3, 0]),
  counts: { kept: 2, born: 1, died: 1, revived: 1 },
  regrown: new Float64Array(0),
  inputDegrees: Uint32Array.from([1, 1, 0, 1, 0, 1]),
};

const palette = {
  states: [
    [100, 100, 100],
    [0, 0, 200],
    [200, 0, 0],
    [200, 200, 0],
  ] as const,
};
const all = [true, true, true, true];
const sum = (values: Uint32Array) => values.reduce((total, value) => total + value, 0);

describe('density mip', () => {
  test('level 1 is the mask itself', () => {
    const bins = binStates(view, 1);
    expect([bins.rows, bins.columns, bins.most]).toEqual([5, 6, 1]);
    expect(bins.counts.map((state) => [...state].flatMap((found, square) => (found ? [square] : [])))).toEqual([
      [0, 29],
      [1],
      [6],
      [21],
    ]);
  });

  test('every level holds every position exactly once, also where it does not divide', () => {
    for (const size of [1, 2, 3, 4, 7]) {
      expect(binStates(view, size).counts.map(sum)).toEqual([2, 1, 1, 1]);
    }
    const bins = binStates(view, 4);
    expect([bins.rows, bins.columns]).toEqual([2, 2]);
    expect(bins.counts.map((state) => [...state])).toEqual([
      [1, 0, 0, 1],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ]);
    expect(bins.most).toBe(4);
  });

  test('a window holds what the whole holds there', () => {
    const whole = binStates(view, 1);
    const part = binStates(view, 1, { row: 1, column: 2, rows: 3, columns: 3 });
    for (let state = 0; state < 4; state++) {
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
          expect(part.counts[state][row * 3 + column]).toBe(whole.counts[state][(row + 1) * 6 + column + 2]);
        }
      }
    }
  });

  test('positions beyond 2^32 fall where they belong', () => {
    const wide = {
      outputs: 70_000,
      inputs: 70_000,
      positions: Float64Array.from([69_999 * 70_000 + 5]),
      states: Uint8Array.of(1),
    };
    const bins = binStates(wide, 1, { row: 69_999, column: 0, rows: 1, columns: 10 });
    expect([...bins.counts[1]]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(wholeWindow(wide, 4096)).toEqual({ row: 0, column: 0, rows: 18, columns: 18 });
  });

  test('states are found by position', () => {
    expect([0, 1, 6, 21, 29, 2, 28, 30].map((position) => stateAt(view, position))).toEqual([
      0,
      1,
      2,
      3,
      0,
      null,
      null,
      null,
    ]);
  });
});

describe('pixels', () => {
  const pixel = (pixels: Uint8ClampedArray, square: number) => [...pixels.subarray(square * 4, square * 4 + 4)];

  test('a single weight has its state’s colour, and nothing is drawn where nothing lives', () => {
    const pixels = paintBins(binStates(view, 1), palette, all);
    expect(pixel(pixels, 0)).toEqual([100, 100, 100, 255]);
    expect(pixel(pixels, 6)).toEqual([200, 0, 0, 255]);
    expect(pixel(pixels, 2)).toEqual([0, 0, 0, 0]);
  });

  test('a square of several takes their mean colour, and is opaque where it is densest', () => {
    const pixels = paintBins(binStates(view, 4), palette, all);
    expect(pixel(pixels, 0)).toEqual([125, 75, 75, 255]);
    expect(pixel(pixels, 3)[3]).toBeLessThan(255);
    expect(pixel(pixels, 3)[3]).toBeGreaterThan(90);
  });

  test('states that are switched off are not painted', () => {
    const pixels = paintBins(binStates(view, 1), palette, [true, false, true, true]);
    expect(pixel(pixels, 1)).toEqual([0, 0, 0, 0]);
  });

  test('in-degrees become an image in viridis, channels added up', () => {
    const image = paintDegrees([0, 1, 2, 2, 4, 4], [1, 3, 2]);
    expect([...image.degrees]).toEqual([1, 4, 8]);
    expect([image.width, image.height, image.least, image.most]).toEqual([3, 1, 1, 8]);
    expect(pixel(image.pixels, 2)).toEqual([253, 231, 37, 255]);
    expect(paintDegrees([0, 0], [1, 2, 1]).most).toBe(0);
  });

  test('viridis runs from dark violet to yellow and does not leave its ends', () => {
    expect(viridis(-1)).toEqual([68, 1, 84]);
    expect(viridis(2)).toEqual([253, 231, 37]);
  });
});

describe('zoom', () => {
  test('the whole layer fits, at whole pixels per weight or whole weights per pixel', () => {
    const at = (outputs: number, inputs: number) => ZOOMS[fittingZoom(outputs, inputs, 986, 540)];
    expect(at(256, 784)).toEqual({ pixelsPerWeight: 1, weightsPerPixel: 1 });
    expect(at(10, 128)).toEqual({ pixelsPerWeight: 6, weightsPerPixel: 1 });
    expect(at(1024, 1024)).toEqual({ pixelsPerWeight: 1, weightsPerPixel: 2 });
    expect(describeZoom(at(1024, 1024))).toBe('1 px = 2 × 2 weights');
  });

  test('zoom steps only ever grow', () => {
    const widths = ZOOMS.map((zoom) => sizeAt(zoom, 4096, 4096).width);
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(new Set(widths).size).toBe(widths.length);
  });

  const frame = { outputs: 256, inputs: 784, width: 400, height: 300 };
  const one = ZOOMS.findIndex((zoom) => zoom.pixelsPerWeight === 1 && zoom.weightsPerPixel === 1);

  test('the weight under the pointer stays under it', () => {
    const before = clampViewport({ zoomIndex: one, left: 100, top: 0 }, frame);
    const after = zoomAt(before, frame, one + 2, 200, 150);
    expect(blockAt(after, frame, 200, 150)).toEqual(blockAt(before, frame, 200, 150));
  });

  test('the view never leaves the layer', () => {
    expect(clampViewport({ zoomIndex: one, left: 9999, top: -50 }, frame)).toEqual({
      zoomIndex: one,
      left: 384,
      top: 0,
    });
  });

  test('the window covers the canvas and stays within the layer', () => {
    const visible = visibleSquares({ zoomIndex: one + 2, left: 100, top: 700 }, frame);
    expect(visible).toEqual({ window: { row: 233, column: 33, rows: 23, columns: 134 }, scale: 3, x: -1, y: -1 });
    expect(blockAt({ zoomIndex: one, left: 0, top: 0 }, frame, 10, 290)).toBeNull();
  });
});

test('what is under the pointer is said in words', () => {
  const weight = { output: 3, input: 3, outputs: 1, inputs: 1 };
  expect(describeBlock(view, weight)).toBe('Output 3, input 3 (pixel row 1, column 0): revived');
  expect(describeBlock(view, { ...weight, output: 2 })).toBe('Output 2, input 3 (pixel row 1, column 0): no weight');
  expect(describeBlock(view, { output: 0, input: 0, outputs: 2, inputs: 2 })).toBe(
    'Outputs 0 to 1, inputs 0 to 1: 1 kept, 1 born, 1 died',
  );
});
