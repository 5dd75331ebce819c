/** Small pieces that every kernel is made of. */

/** a * b + c; fused where the machine has relaxed SIMD, so the two builds round differently. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Lane sums of four vectors: [sum a, sum b, sum c, sum d], each as (0+1)+(2+3). */
// @ts-ignore: decorator
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Sums of adjacent products of bytes, those of b in [0, 63] and those of a above -128: int16, at most 16,002. */
// @ts-ignore: decorator
@inline
export function pairDots(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(a, b);
  const low = i16x8.extmul_low_i8x16_s(a, b);
  const high = i16x8.extmul_high_i8x16_s(a, b);
  return i16x8.add(
    v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14),
    v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15),
  );
}

/** Sum of the products of 32 bytes, in four lanes; bytes as `pairDots` takes them: two of its sums just fit in int16. */
// @ts-ignore: decorator
@inline
export function byteDots(a0: v128, b0: v128, a1: v128, b1: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_s(i16x8.add(pairDots(a0, b0), pairDots(a1, b1)));
}

/** Lane sums of four vectors of whole numbers. */
// @ts-ignore: decorator
@inline
export function wholeSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 1, 3, 5, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
}

/** Word `index` of a block, as a number or as an address. */
// @ts-ignore: decorator
@inline
export function word(block: usize, index: i32): u32 {
  return load<u32>(block + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function real(block: usize, index: i32): f32 {
  return load<f32>(block + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function zero(): v128 {
  return f32x4.splat(0);
}
