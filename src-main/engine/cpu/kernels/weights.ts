import {
  OPERATION_BACKWARD_MODE,
  OPERATION_FORWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  PASS_FIRST_ROW,
  PASS_HEIGHT,
  PASS_ROWS,
  PASS_WIDTH,
  PASS_WINDOW,
  PASS_WORDS,
  PASS_X,
  PASS_Y,
  TENSOR_CHANNELS,
  TENSOR_GRADIENT_ROW_BYTES,
  TENSOR_HEIGHT,
  TENSOR_PIXEL_BYTES,
  TENSOR_WIDTH,
  WEIGHTS_BIASES,
  WEIGHTS_COLUMN_OFFSETS,
  WEIGHTS_COLUMN_STARTS,
  WEIGHTS_COLUMN_WEIGHTS,
  WEIGHTS_OFFSETS,
  WEIGHTS_PADDING,
  WEIGHTS_PASSES,
  WEIGHTS_PASS_COUNT,
  WEIGHTS_STARTS,
  WEIGHTS_STRIDE,
  WEIGHTS_VARIANT,
  WEIGHTS_WEIGHTS,
} from './layout';
import { word } from './simd';
import { spmmHalves, spmmWhole } from './spmm';
import { gradientRow, stripStart, valueRow } from './tensor';

/** The window of the input that output pixel (y, 0) sees: it may begin in the halo. */
// @ts-ignore: decorator
@inline
export function windowRow(operation: usize, tile: u32, y: u32): usize {
  const input = <usize>word(operation, OPERATION_INPUT);
  const padding = word(operation, WEIGHTS_PADDING);
  return (
    valueRow(input, tile, y * word(operation, WEIGHTS_STRIDE) - padding) -
    <usize>padding * word(input, TENSOR_PIXEL_BYTES)
  );
}

/** One strip of Y = W * X + b, through ReLU where the operation says so; a linear layer is an image of one pixel. */
export function weightsForward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const width = word(output, TENSOR_WIDTH);
  const rows = word(output, TENSOR_CHANNELS);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const step =
    <usize>word(operation, WEIGHTS_STRIDE) * word(word(operation, OPERATION_INPUT), TENSOR_PIXEL_BYTES);
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    let x = windowRow(operation, tile, row);
    let y = valueRow(output, tile, row);
    for (let column: u32 = 0; column < width; column++) {
      multiply(
        word(operation, WEIGHTS_VARIANT),
        rows,
        word(operation, WEIGHTS_STARTS),
        word(operation, WEIGHTS_OFFSETS),
        word(operation, WEIGHTS_WEIGHTS),
        word(operation, WEIGHTS_BIASES),
        x,
        y,
        word(operation, OPERATION_FORWARD_MODE),
        0,
      );
      x += step;
      y += pixelBytes;
    }
  }
}

/**
 * One strip of the gradient of X, which every kernel position reaches from another place of the gradient of Y; all of it
 * where there is only one place.
 */
export function weightsBackward(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const whole = word(output, TENSOR_HEIGHT) * word(output, TENSOR_WIDTH) == 1;
  const first = whole ? 0 : stripStart(input, strip);
  const last = whole ? word(input, TENSOR_HEIGHT) : stripStart(input, strip + 1);
  const passes = <usize>word(operation, WEIGHTS_PASSES);
  const count = word(operation, WEIGHTS_PASS_COUNT);
  for (let i: u32 = 0; i < count; i++) backwardPass(operation, passes + <usize>i * PASS_WORDS * 4, tile, first, last);
}

function backwardPass(operation: usize, pass: usize, tile: u32, first: u32, last: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, WEIGHTS_STRIDE);
  const fromX = word(pass, PASS_X);
  const width = word(pass, PASS_WIDTH);
  const starts = <usize>word(operation, WEIGHTS_COLUMN_STARTS) + (<usize>word(pass, PASS_FIRST_ROW) << 2);
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const place = <usize>word(output, TENSOR_PIXEL_BYTES);
  const windowRowBytes = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES);
  const height = word(pass, PASS_HEIGHT);
  let y = word(pass, PASS_Y);
  for (let i: u32 = 0; i < height; i++, y += stride) {
    if (y < first || y >= last) continue;
    let dy = gradientRow(output, tile, 0) + <usize>word(pass, PASS_WINDOW) + <usize>i * windowRowBytes;
    let dx = gradientRow(input, tile, y) + <usize>fromX * pixelBytes;
    let x = valueRow(input, tile, y) + <usize>fromX * pixelBytes;
    for (let j: u32 = 0; j < width; j++) {
      multiply(
        word(operation, WEIGHTS_VARIANT),
        word(pass, PASS_ROWS),
        starts,
        word(operation, WEIGHTS_COLUMN_OFFSETS),
        word(operation, WEIGHTS_COLUMN_WEIGHTS),
        0,
        dy,
        dx,
        word(operation, OPERATION_BACKWARD_MODE),
        x,
      );
      dy += place;
      dx += <usize>stride * pixelBytes;
      x += <usize>stride * pixelBytes;
    }
  }
}

function multiply(
  variant: u32,
  rows: u32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  mode: u32,
  mask: usize,
): void {
  if (variant == 0) spmmWhole(rows, starts, offsets, weights, biases, x, y, mode, mask);
  else spmmHalves(rows, starts, offsets, weights, biases, x, y, mode, mask);
}
