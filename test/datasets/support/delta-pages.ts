export const varint = (value: number): number[] =>
  value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
const zigzag = (value: number): number[] => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** DELTA_BINARY_PACKED (parquet-format, Encodings): blocks of 128 values in 4 parts, whose differences have 32 bits each. */
export function packed(values: readonly number[]): number[] {
  const bytes = [...varint(128), ...varint(4), ...varint(values.length), ...zigzag(values[0] ?? 0)];
  for (let from = 1; from < values.length; from += 128) {
    const differences = Array.from({ length: 128 }, (_, at) =>
      from + at < values.length ? values[from + at] - values[from + at - 1] : 0,
    );
    const least = Math.min(...differences);
    bytes.push(...zigzag(least), 32, 32, 32, 32);
    const parts = Math.ceil(Math.min(128, values.length - from) / 32);
    for (const difference of differences.slice(0, 32 * parts)) {
      const rest = difference - least;
      bytes.push(rest & 255, (rest >> 8) & 255, (rest >> 16) & 255, rest >>> 24);
    }
  }
  return bytes;
}
