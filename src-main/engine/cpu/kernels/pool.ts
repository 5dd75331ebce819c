import {
  OPERATION_BACKWARD_MODE,
  OPERATION_INPUT,
  OPERATION_OUTPUT,
  POOL_HEIGHT,
  POOL_PADDING,
  POOL_STRIDE,
  POOL_WIDTH,
  POOL_WINNERS,
  TENSOR_CHANNELS,
  TENSOR_HEIGHT,
  TENSOR_PIXEL_BYTES,
  TENSOR_VALUE_ROW_BYTES,
  TENSOR_WIDTH,
  TILE_BYTES,
} from './layout';
import { word, zero } from './simd';
import { gradientRow, leaveGradient, stripStart, valueRow } from './tensor';

/** One strip of the output of max or average pooling. The average counts the padding's zeros, as PyTorch does. */
export function poolForward(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const width = word(output, TENSOR_WIDTH);
  const last = stripStart(output, strip + 1);
  const winners = word(operation, POOL_WINNERS) != 0;
  for (let y = stripStart(output, strip); y < last; y++)
    for (let x: u32 = 0; x < width; x++) {
      if (winners) maximum(operation, tile, y, x);
      else average(operation, tile, y, x);
    }
}

/** Where the winners of output pixel (y, x) are: a byte for each value. */
// @ts-ignore: decorator
@inline
function winnersAt(operation: usize, tile: u32, y: u32, x: u32): usize {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const pixel = (tile * word(output, TENSOR_HEIGHT) + y) * word(output, TENSOR_WIDTH) + x;
  return <usize>word(operation, POOL_WINNERS) + (<usize>pixel * word(output, TENSOR_PIXEL_BYTES)) / 4;
}

/** The first of the largest; NaN is larger than all. */
function maximum(operation: usize, tile: u32, y: u32, x: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, POOL_STRIDE);
  const padding = <i32>word(operation, POOL_PADDING);
  const kernelWidth = <i32>word(operation, POOL_WIDTH);
  const top = <i32>(y * stride) - padding;
  const left = <i32>(x * stride) - padding;
  const y0 = max<i32>(0, -top);
  const x0 = max<i32>(0, -left);
  const y1 = min<i32>(word(operation, POOL_HEIGHT), <i32>word(input, TENSOR_HEIGHT) - top);
  const x1 = min<i32>(kernelWidth, <i32>word(input, TENSOR_WIDTH) - left);
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const to = valueRow(output, tile, y) + <usize>x * pixelBytes;
  const winners = winnersAt(operation, tile, y, x);
  for (let at: usize = 0; at < pixelBytes; at += 64) {
    let a = f32x4.splat(-Infinity);
    let b = a;
    let c = a;
    let d = a;
    let i = i32x4.splat(y0 * kernelWidth + x0);
    let j = i;
    let k = i;
    let l = i;
    for (let ky = y0; ky < y1; ky++) {
      let from = valueRow(input, tile, top + ky) + <usize>(left + x0) * pixelBytes + at;
      for (let kx = x0; kx < x1; kx++, from += pixelBytes) {
        const here = i32x4.splat(ky * kernelWidth + kx);
        let value = v128.load(from);
        let wins = v128.or(f32x4.gt(value, a), f32x4.ne(value, value));
        a = v128.bitselect(value, a, wins);
        i = v128.bitselect(here, i, wins);
        value = v128.load(from, 16);
        wins = v128.or(f32x4.gt(value, b), f32x4.ne(value, value));
        b = v128.bitselect(value, b, wins);
        j = v128.bitselect(here, j, wins);
        value = v128.load(from, 32);
        wins = v128.or(f32x4.gt(value, c), f32x4.ne(value, value));
        c = v128.bitselect(value, c, wins);
        k = v128.bitselect(here, k, wins);
        value = v128.load(from, 48);
        wins = v128.or(f32x4.gt(value, d), f32x4.ne(value, value));
        d = v128.bitselect(value, d, wins);
        l = v128.bitselect(here, l, wins);
      }
    }
    v128.store(to + at, a);
    v128.store(to + at, b, 16);
    v128.store(to + at, c, 32);
    v128.store(to + at, d, 48);
    const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(i, j), i16x8.narrow_i32x4_u(k, l));
    v128.store(winners + (at >> 2), bytes);
  }
}

function average(operation: usize, tile: u32, y: u32, x: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, POOL_STRIDE);
  const padding = <i32>word(operation, POOL_PADDING);
  const top = <i32>(y * stride) - padding;
  const left = <i32>(x * stride) - padding;
  const height = <i32>word(operation, POOL_HEIGHT);
  const width = <i32>word(operation, POOL_WIDTH);
  const y0 = max<i32>(0, top);
  const x0 = max<i32>(0, left);
  const y1 = min<i32>(word(input, TENSOR_HEIGHT), top + height);
  const x1 = min<i32>(word(input, TENSOR_WIDTH), left + width);
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const to = valueRow(output, tile, y) + <usize>x * pixelBytes;
  const share = f32x4.splat(<f32>1 / <f32>(height * width));
  for (let at: usize = 0; at < pixelBytes; at += 16) {
    let sum = zero();
    for (let row = y0; row < y1; row++) {
      let from = valueRow(input, tile, row) + <usize>x0 * pixelBytes + at;
      for (let column = x0; column < x1; column++, from += pixelBytes) sum = f32x4.add(sum, v128.load(from));
    }
    v128.store(to + at, f32x4.mul(sum, share));
  }
}

/** One strip of the gradient of the input: every pixel asks the windows that it is in. */
export function poolBackward(operation: usize, tile: u32, strip: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const width = word(input, TENSOR_WIDTH);
  const last = stripStart(input, strip + 1);
  for (let y = stripStart(input, strip); y < last; y++)
    for (let x: u32 = 0; x < width; x++) backwardPixel(operation, tile, y, x);
}

/** First window (of `stride`, `size`) that reaches the position `at`, counted with the padding. */
// @ts-ignore: decorator
@inline
function firstWindow(at: u32, size: u32, stride: u32): u32 {
  return at < size ? 0 : (at - size) / stride + 1;
}

function backwardPixel(operation: usize, tile: u32, y: u32, x: u32): void {
  const input = <usize>word(operation, OPERATION_INPUT);
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const stride = word(operation, POOL_STRIDE);
  const padding = word(operation, POOL_PADDING);
  const height = word(operation, POOL_HEIGHT);
  const width = word(operation, POOL_WIDTH);
  const mode = word(operation, OPERATION_BACKWARD_MODE);
  const winners = word(operation, POOL_WINNERS) != 0;
  const y0 = firstWindow(y + padding, height, stride);
  const x0 = firstWindow(x + padding, width, stride);
  const y1 = min<u32>(word(output, TENSOR_HEIGHT), (y + padding) / stride + 1);
  const x1 = min<u32>(word(output, TENSOR_WIDTH), (x + padding) / stride + 1);
  const pixelBytes = <usize>word(input, TENSOR_PIXEL_BYTES);
  const to = gradientRow(input, tile, y) + <usize>x * pixelBytes;
  const value = valueRow(input, tile, y) + <usize>x * pixelBytes;
  const share = f32x4.splat(<f32>1 / <f32>(height * width));
  for (let at: usize = 0; at < pixelBytes; at += 64) {
    let a = zero();
    let b = a;
    let c = a;
    let d = a;
    for (let oy = y0; oy < y1; oy++)
      for (let ox = x0; ox < x1; ox++) {
        const from = gradientRow(output, tile, oy) + <usize>ox * pixelBytes + at;
        if (!winners) {
          a = f32x4.add(a, f32x4.mul(v128.load(from), share));
          b = f32x4.add(b, f32x4.mul(v128.load(from, 16), share));
          c = f32x4.add(c, f32x4.mul(v128.load(from, 32), share));
          d = f32x4.add(d, f32x4.mul(v128.load(from, 48), share));
          continue;
        }
        const position = (y + padding - oy * stride) * width + (x + padding - ox * stride);
        const won = i8x16.eq(v128.load(winnersAt(operation, tile, oy, ox) + (at >> 2)), i8x16.splat(<i8>position));
        const low = i16x8.extend_low_i8x16_s(won);
        const high = i16x8.extend_high_i8x16_s(won);
        a = f32x4.add(a, v128.and(v128.load(from), i32x4.extend_low_i16x8_s(low)));
        b = f32x4.add(b, v128.and(v128.load(from, 16), i32x4.extend_high_i16x8_s(low)));
        c = f32x4.add(c, v128.and(v128.load(from, 32), i32x4.extend_low_i16x8_s(high)));
        d = f32x4.add(d, v128.and(v128.load(from, 48), i32x4.extend_high_i16x8_s(high)));
      }
    leaveGradient(a, to + at, value + at, mode);
    leaveGradient(b, to + at + 16, value + at + 16, mode);
    leaveGradient(c, to + at + 32, value + at + 32, mode);
    leaveGradient(d, to + at + 48, value + at + 48, mode);
  }
}
