/** ||v||_2, summed in float64 one after the other. */
export function euclideanNorm(values: Float32Array): number {
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += values[at] * values[at];
  return Math.sqrt(squares);
}
