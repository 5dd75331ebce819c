import {
  OPERATION_BACKWARD_MODE,
  OPERATION_FORWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  PASS_FIRST_ROW,
  PASS_HEIGHT,
  PASS_KERNEL,
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
  TENSOR_VALUE_ROW_BYTES,
  TENSOR_WIDTH,
  TILE_BYTES,
  WEIGHTS_BIASES,
  WEIGHTS_COLUMN_OFFSETS,
  WEIGHTS_COLUMN_STARTS,
  WEIGHTS_COLUMN_WEIGHTS,
  WEIGHTS_KERNEL,
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

/**
 * Reads a byte of every cache line of `rows` stretches of memory, in order. The kernels then jump about in them, which
 * no prefetcher follows: without this they wait for far memory line by line (half the speed on large images).
 */
export function touch(from: usize, bytes: usize, rowBytes: usize, rows: u32): u32 {
  let seen: u32 = 0;
  for (let row: u32 = 0; row < rows; row++, from += rowBytes)
    for (let at: usize = 0; at < bytes; at += 64) seen += load<u8>(from + at);
  return seen;
}

/** The same for half of each tile. */
export function touchHalves(from: usize, bytes: usize, rowBytes: usize, rows: u32): u32 {
  let seen: u32 = 0;
  for (let row: u32 = 0; row < rows; row++, from += rowBytes)
    for (let at: usize = 0; at < bytes; at += TILE_BYTES) seen += load<u8>(from + at);
  return seen;
}

/** One strip of Y = W * X + b, through ReLU where the operation says so; a linear layer is an image of one pixel. */
export function weightsForward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const width = word(output, TENSOR_WIDTH);
  const rows = word(output, TENSOR_CHANNELS);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const input = <usize>word(operation, OPERATION_INPUT);
  const inputRow = <usize>word(input, TENSOR_VALUE_ROW_BYTES);
  const step = <usize>word(operation, WEIGHTS_STRIDE) * word(input, TENSOR_PIXEL_BYTES);
  const kernel = word(operation, WEIGHTS_KERNEL);
  const kernelBytes = <usize>(kernel >> 16) * word(input, TENSOR_PIXEL_BYTES);
  const newBytes = min(step, kernelBytes);
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    let x = windowRow(operation, tile, row);
    let y = valueRow(output, tile, row);
    if (width > 1) touch(x, kernelBytes, inputRow, kernel & 0xffff);
    for (let column: u32 = 0; column < width; column++) {
      if (column + 1 < width) touch(x + step + kernelBytes - newBytes, newBytes, inputRow, kernel & 0xffff);
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
 * One strip of the gradient of X, which every kernel position reaches from another pixel of the gradient of Y; all of it
 * where there is only one pixel.
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
  const outputPixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const windowRowBytes = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES);
  const height = word(pass, PASS_HEIGHT);
  const reach = word(pass, PASS_KERNEL);
  const reachBytes = <usize>(reach >> 16) * outputPixelBytes;
  let y = word(pass, PASS_Y);
  for (let i: u32 = 0; i < height; i++, y += stride) {
    if (y < first || y >= last) continue;
    let dy = gradientRow(output, tile, 0) + <usize>word(pass, PASS_WINDOW) + <usize>i * windowRowBytes;
    let dx = gradientRow(input, tile, y) + <usize>fromX * pixelBytes;
    let x = valueRow(input, tile, y) + <usize>fromX * pixelBytes;
    if (width > 1) touch(dy, reachBytes, windowRowBytes, reach & 0xffff);
    for (let j: u32 = 0; j < width; j++) {
      if (j + 1 < width) touch(dy + reachBytes, outputPixelBytes, windowRowBytes, reach & 0xffff);
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
      dy += outputPixelBytes;
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
