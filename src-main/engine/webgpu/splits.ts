/** Workgroups that keep a large card busy. */
const WANTED_GROUPS = 1024;
/** Words of partial sums that a layer may take where it has more than one. */
const MOST_WORDS = 2 ** 22;
/** Terms of a sum that are worth a workgroup. */
const LEAST_TERMS = 1024;

/** How a sum over pixels is split so that there are enough workgroups; depends on the layer's shape and mask alone. */
export function splitsFor(
  groups: number,
  pixels: number,
  samples: number,
  words: number,
): { splits: number; pixelsPerSplit: number } {
  const wanted = Math.ceil(WANTED_GROUPS / Math.max(1, groups));
  const affordable = Math.floor(MOST_WORDS / Math.max(1, words));
  const worthwhile = Math.floor((pixels * samples) / LEAST_TERMS);
  const most = Math.max(1, Math.min(pixels, wanted, affordable, worthwhile));
  const pixelsPerSplit = Math.ceil(pixels / most);
  return { splits: Math.ceil(pixels / pixelsPerSplit), pixelsPerSplit };
}
