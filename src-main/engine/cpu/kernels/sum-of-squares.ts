/** Sum of the squares of `count` floats, in float64, one after the other: what a loop outside of the kernels gives too. */
export function sumOfSquares(values: usize, count: u32): f64 {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const value = <f64>load<f32>(values + (<usize>i << 2));
    sum += value * value;
  }
  return sum;
}
