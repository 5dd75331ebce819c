import {
  OPERATION_OUTPUT,
  PACK_PIXELS,
  PACK_SCALE,
  PACK_SHIFT,
  TENSOR_CHANNELS,
  TENSOR_HEIGHT,
  TENSOR_WIDTH,
  TILE,
  TILE_BYTES,
} from './layout';
import { word } from './simd';
import { stripStart, valueRow } from './tensor';

/** One strip of a tile of pixels, sample-major bytes, becomes floats: pixel * scale[feature] + shift[feature]. */
export function pack(operation: usize, tile: u32, strip: u32): void {
  const output = <usize>word(operation, OPERATION_OUTPUT);
  const rowFeatures = word(output, TENSOR_WIDTH) * word(output, TENSOR_CHANNELS);
  const features = rowFeatures * word(output, TENSOR_HEIGHT);
  const last = stripStart(output, strip + 1);
  for (let row = stripStart(output, strip); row < last; row++) {
    const first = row * rowFeatures;
    packRow(
      <usize>word(operation, PACK_PIXELS) + <usize>tile * TILE * features + first,
      features,
      rowFeatures,
      <usize>word(operation, PACK_SCALE) + (<usize>first << 2),
      <usize>word(operation, PACK_SHIFT) + (<usize>first << 2),
      valueRow(output, tile, row),
    );
  }
}

/** Four samples at a time, `stride` bytes apart; a 4 x 16 block of bytes is transposed in registers. */
function packRow(pixels: usize, stride: u32, features: u32, scales: usize, shifts: usize, output: usize): void {
  for (let group: u32 = 0; group < <u32>TILE; group += 4) {
    const s0 = pixels + <usize>group * stride;
    const s1 = s0 + stride;
    const s2 = s1 + stride;
    const s3 = s2 + stride;
    let to = output + (<usize>group << 2);
    let f: u32 = 0;
    for (; f + 16 <= features; f += 16) {
      const a = v128.load(s0 + f);
      const b = v128.load(s1 + f);
      const c = v128.load(s2 + f);
      const d = v128.load(s3 + f);
      const abLow = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const cdLow = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const abHigh = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const cdHigh = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const scale = scales + (<usize>f << 2);
      const shift = shifts + (<usize>f << 2);
      fourFeatures(v128.shuffle<u16>(abLow, cdLow, 0, 8, 1, 9, 2, 10, 3, 11), to, scale, shift);
      fourFeatures(v128.shuffle<u16>(abLow, cdLow, 4, 12, 5, 13, 6, 14, 7, 15), to + 4 * TILE_BYTES, scale + 16, shift + 16);
      fourFeatures(v128.shuffle<u16>(abHigh, cdHigh, 0, 8, 1, 9, 2, 10, 3, 11), to + 8 * TILE_BYTES, scale + 32, shift + 32);
      fourFeatures(v128.shuffle<u16>(abHigh, cdHigh, 4, 12, 5, 13, 6, 14, 7, 15), to + 12 * TILE_BYTES, scale + 48, shift + 48);
      to += 16 * TILE_BYTES;
    }
    for (; f < features; f++) {
      const scale = load<f32>(scales + (<usize>f << 2));
      const shift = load<f32>(shifts + (<usize>f << 2));
      store<f32>(to, <f32>load<u8>(s0 + f) * scale + shift);
      store<f32>(to, <f32>load<u8>(s1 + f) * scale + shift, 4);
      store<f32>(to, <f32>load<u8>(s2 + f) * scale + shift, 8);
      store<f32>(to, <f32>load<u8>(s3 + f) * scale + shift, 12);
      to += TILE_BYTES;
    }
  }
}

/** Bytes f0s0 f0s1 f0s2 f0s3 f1s0 ... to four features of four samples. */
// @ts-ignore: decorator
@inline
function fourFeatures(bytes: v128, to: usize, scale: usize, shift: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to, scaled(i32x4.extend_low_i16x8_u(low), v128.load32_splat(scale), v128.load32_splat(shift)));
  v128.store(to, scaled(i32x4.extend_high_i16x8_u(low), v128.load32_splat(scale, 4), v128.load32_splat(shift, 4)), TILE_BYTES);
  v128.store(to, scaled(i32x4.extend_low_i16x8_u(high), v128.load32_splat(scale, 8), v128.load32_splat(shift, 8)), 2 * TILE_BYTES);
  v128.store(to, scaled(i32x4.extend_high_i16x8_u(high), v128.load32_splat(scale, 12), v128.load32_splat(shift, 12)), 3 * TILE_BYTES);
}

// @ts-ignore: decorator
@inline
function scaled(integers: v128, scale: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(integers), scale), shift);
}
