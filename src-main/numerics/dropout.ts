/**
 * Which features dropout drops: a hash of (step's seed, layer, sample, feature), the same for every engine and in any
 * order. `index` is `sample * features + feature`, features in the order of `[height, width, channels]`.
 */

const mixed = (x: number): number => {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Tells the dropouts of one network apart. @param layer its index among the network's layers */
export const dropoutStream = (layer: number): number => Math.imul(layer + 1, 0x9e3779b9) >>> 0;

/** Features whose draw is below it are dropped; 32 bits. */
export const dropoutThreshold = (rate: number): number => Math.round(rate * 2 ** 32);

/** 32 random bits: two rounds of MurmurHash3's finalizer over a counter. */
export function dropoutDraw(seed: number, stream: number, index: number): number {
  const first = mixed(Math.imul(index, 0x9e3779b1) ^ seed);
  return mixed((first + stream) | 0) >>> 0;
}

/** What every feature of a batch is multiplied by: 0, or 1 / (1 - rate). */
export function dropoutFactors(seed: number, layer: number, rate: number, length: number): Float32Array {
  const [stream, threshold, factor] = [dropoutStream(layer), dropoutThreshold(rate), 1 / (1 - rate)];
  return Float32Array.from({ length }, (_, index) => (dropoutDraw(seed, stream, index) >= threshold ? factor : 0));
}
