/**
 * How a global density is spread over the layers. A layer is its weight's shape: `[out, in]` for linear layers,
 * `[out, in, height, width]` for convolutions.
 */
export type WeightShape = readonly number[];

/** Density of every layer, 0 to 1, for a global density. */
export type Distribution = (shapes: readonly WeightShape[], density: number) => number[];

/** Weights of a layer of this shape, `[out, in]` or `[out, in, height, width]`. */
export const sizeOf = (shape: WeightShape): number => shape.reduce((product, side) => product * side, 1);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Density proportional to `raw`, layers that would exceed 1 made dense and their excess spread over the others
 * (RigL, section 3 and its code; the loop of the ITOP reference code, itop.md 1.4).
 * @param raw relative density of a layer
 */
export function proportionalDensities(
  shapes: readonly WeightShape[],
  density: number,
  raw: (shape: WeightShape) => number,
): { densities: number[]; scale: number; dense: boolean[] } {
  const sizes = shapes.map(sizeOf);
  const relative = shapes.map(raw);
  const dense = shapes.map(() => false);
  for (;;) {
    const wanted = sum(sizes.map((size, layer) => (dense[layer] ? -(1 - density) * size : density * size)));
    const divisor = sum(sizes.map((size, layer) => (dense[layer] ? 0 : relative[layer] * size)));
    const scale = divisor > 0 ? wanted / divisor : 0;
    const largest = Math.max(0, ...relative.filter((_, layer) => !dense[layer]));
    if (scale * largest <= 1) {
      return { densities: relative.map((value, layer) => (dense[layer] ? 1 : scale * value)), scale, dense };
    }
    relative.forEach((value, layer) => {
      if (value === largest) dense[layer] = true;
    });
  }
}

/**
 * Exact active counts: each layer rounds `density * size` so that the total is the rounded global budget (largest
 * remainders first, earlier layers on ties).
 * @param units of every layer, of which it has a whole number; where one is above 1, the total is the most of them that the
 * budget holds
 */
export function activeCounts(
  shapes: readonly WeightShape[],
  densities: readonly number[],
  units: readonly number[] = shapes.map(() => 1),
): number[] {
  const exact = shapes.map((shape, layer) => densities[layer] * sizeOf(shape));
  const counts = exact.map((value, layer) => Math.floor(value / units[layer] + 1e-9) * units[layer]);
  let missing = Math.round(sum(exact)) - sum(counts);
  const byRemainder = exact
    .map((value, layer) => ({ layer, remainder: value - counts[layer] }))
    .sort((a, b) => b.remainder - a.remainder || a.layer - b.layer);
  const takes = (layer: number): boolean => units[layer] <= missing && counts[layer] < sizeOf(shapes[layer]);
  // Twice or more only where what whole units leave goes to a layer that has it by weights.
  while (byRemainder.some(({ layer }) => takes(layer))) {
    for (const { layer } of byRemainder) {
      if (!takes(layer)) continue;
      counts[layer] += units[layer];
      missing -= units[layer];
    }
  }
  return counts;
}
