import { GEMM_DEPTH, GEMM_ROWS, GEMM_SAMPLE_BYTES, multiplyBlock, multiplyTransposedBlock } from './gemm';
import {
  DENSE_CHANNEL_BYTES,
  DENSE_FAN_IN,
  DENSE_OFFSETS,
  DENSE_PASS_TERMS,
  DENSE_ROW_BYTES,
  PASS_FIRST_WEIGHT,
  PASS_TERMS,
  PASS_TERMS_WORDS,
  PASS_TERM_COUNT,
  TERM_WORDS,
} from './gemm-layout';
import { MODE_ACCUMULATE, MODE_PLAIN } from '../../graph/modes';
import {
  OPERATION_BACKWARD_MODE,
  OPERATION_FORWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
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
  TILE_BYTES,
  WEIGHTS_BIASES,
  WEIGHTS_PASSES,
  WEIGHTS_PASS_COUNT,
  WEIGHTS_STRIDE,
  WEIGHTS_WEIGHTS,
} from './layout';
import { word } from './simd';
import { gradientRow, stripStart, valueRow } from './tensor';
import { windowRow } from './weights';

/** One strip of Y = W * X + b, through ReLU where the operation says so; a linear layer is an image of one pixel. */
export function denseForward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const width = word(output, TENSOR_WIDTH);
  const pixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const step = <usize>word(operation, WEIGHTS_STRIDE) * word(word(operation, OPERATION_INPUT), TENSOR_PIXEL_BYTES);
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    let x = windowRow(operation, tile, row);
    let y = valueRow(output, tile, row);
    for (let column: u32 = 0; column < width; column++) {
      forwardPixel(operation, x, y);
      x += step;
      y += pixelBytes;
    }
  }
}

function forwardPixel(operation: usize, x: usize, y: usize): void {
  const fanIn = word(operation, DENSE_FAN_IN);
  const outputs = word(<usize>word(operation, OPERATION_OUTPUT), TENSOR_CHANNELS);
  const rowBytes = <usize>word(operation, DENSE_ROW_BYTES);
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS);
  const biases = <usize>word(operation, WEIGHTS_BIASES);
  const offsets = <usize>word(operation, DENSE_OFFSETS);
  const mode = word(operation, OPERATION_FORWARD_MODE);
  for (let k: u32 = 0; k < fanIn; k += GEMM_DEPTH) {
    const depth = min(GEMM_DEPTH, fanIn - k);
    const modeHere = k + depth == fanIn ? mode : MODE_PLAIN;
    for (let row: u32 = 0; row < outputs; row += GEMM_ROWS)
      for (let s: usize = 0; s < <usize>TILE_BYTES; s += GEMM_SAMPLE_BYTES)
        multiplyBlock(
          weights + <usize>row * rowBytes + (<usize>k << 2),
          rowBytes,
          outputs - row,
          x + s,
          offsets + (<usize>k << 2),
          depth,
          y + <usize>row * TILE_BYTES + s,
          TILE_BYTES,
          k == 0,
          biases ? biases + (<usize>row << 2) : 0,
          modeHere,
          0,
        );
  }
}

/**
 * One strip of the gradient of X, which every kernel position reaches from another pixel of the gradient of Y; all of it
 * where there is only one pixel. Reads the weights where they are: there is no second copy.
 */
export function denseBackward(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const whole = word(output, TENSOR_HEIGHT) * word(output, TENSOR_WIDTH) == 1;
  const first = whole ? 0 : stripStart(input, strip);
  const last = whole ? word(input, TENSOR_HEIGHT) : stripStart(input, strip + 1);
  const count = word(operation, WEIGHTS_PASS_COUNT);
  for (let i: u32 = 0; i < count; i++) backwardPass(operation, i, tile, first, last);
}

function backwardPass(operation: usize, index: u32, tile: u32, first: u32, last: u32): void {
  const pass = <usize>word(operation, WEIGHTS_PASSES) + <usize>index * PASS_WORDS * 4;
  const terms = <usize>word(operation, DENSE_PASS_TERMS) + ((<usize>index * PASS_TERMS_WORDS) << 2);
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, WEIGHTS_STRIDE);
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const outputPixelBytes = <usize>word(output, TENSOR_PIXEL_BYTES);
  const windowRowBytes = <usize>word(output, TENSOR_GRADIENT_ROW_BYTES);
  const fromX = <usize>word(pass, PASS_X) * pixelBytes;
  const width = word(pass, PASS_WIDTH);
  const height = word(pass, PASS_HEIGHT);
  let y = word(pass, PASS_Y);
  for (let i: u32 = 0; i < height; i++, y += stride) {
    if (y < first || y >= last) continue;
    let dy = gradientRow(output, tile, 0) + <usize>word(pass, PASS_WINDOW) + <usize>i * windowRowBytes;
    let dx = gradientRow(input, tile, y) + fromX;
    let x = valueRow(input, tile, y) + fromX;
    for (let j: u32 = 0; j < width; j++) {
      backwardPixel(operation, terms, word(pass, PASS_ROWS), dy, dx, x);
      dy += outputPixelBytes;
      dx += <usize>stride * pixelBytes;
      x += <usize>stride * pixelBytes;
    }
  }
}

function backwardPixel(operation: usize, passTerms: usize, channels: u32, dy: usize, dx: usize, x: usize): void {
  const terms = <usize>word(passTerms, PASS_TERMS);
  const count = word(passTerms, PASS_TERM_COUNT);
  const channelBytes = <usize>word(operation, DENSE_CHANNEL_BYTES);
  const weights = <usize>word(operation, WEIGHTS_WEIGHTS) + word(passTerms, PASS_FIRST_WEIGHT);
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  const fresh = !(mode & MODE_ACCUMULATE);
  let k: u32 = 0;
  // Once through where no kernel position reaches this pixel: then there is only what the mode says.
  do {
    const depth = min(GEMM_DEPTH, count - k);
    const modeHere = k + depth == count ? mode : MODE_PLAIN;
    for (let channel: u32 = 0; channel < channels; channel += GEMM_ROWS)
      for (let s: usize = 0; s < <usize>TILE_BYTES; s += GEMM_SAMPLE_BYTES) {
        const at = <usize>channel * TILE_BYTES + s;
        multiplyTransposedBlock(
          weights + <usize>channel * channelBytes,
          channelBytes,
          channels - channel,
          dy + s,
          terms + ((<usize>k * TERM_WORDS) << 2),
          depth,
          dx + at,
          TILE_BYTES,
          k == 0 && fresh,
          modeHere,
          x + at,
        );
      }
    k += GEMM_DEPTH;
  } while (k < count);
}
