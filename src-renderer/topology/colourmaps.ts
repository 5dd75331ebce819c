/** Sequential colour maps by their published anchor colours, interpolated in sRGB. */

type Rgb = readonly [number, number, number];

const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** Colour at `t` from 0 to 1, red, green, blue 0 to 255. */
export function viridis(t: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, t)) * (VIRIDIS.length - 1);
  const left = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const part = place - left;
  const [a, b] = [VIRIDIS[left], VIRIDIS[left + 1]];
  return [0, 1, 2].map((i) => Math.round(a[i] + (b[i] - a[i]) * part)) as [number, number, number];
}
