import { philox4x32 } from './philox.ts';
import { cosine } from './portable.ts';

/**
 * A stream of random numbers addressed by index: element `i` is a pure function of (seed, purpose, indices, i).
 * Reading in any order, twice, or from several threads gives the same numbers.
 */
export interface RandomStream {
  /** 0 to 2^32 - 1. */
  uint32(index: number): number;
  /** 53 random bits in [0, 1). */
  uniform(index: number): number;
  /** Standard normal (Box-Muller, one of the pair, so that one index is one draw). */
  normal(index: number): number;
  /** Whole number in [0, bound), bound up to 2^53. The bias is below bound / 2^53. */
  below(index: number, bound: number): number;
  /** `below` of as many indices as fit into `to`, from `index` on. */
  fillBelow(to: Float64Array, index: number, bound: number): void;
}

/**
 * @param seed whole number, 0 to 2^32 - 1
 * @param purpose what the numbers are for, such as `data order`; streams of different purposes are independent
 * @param indices at most two whole numbers below 2^32, such as layer and update
 */
export function createStream(seed: number, purpose: string, ...indices: number[]): RandomStream {
  if (indices.length > 2) throw new Error(`A random stream takes at most two indices, not ${indices.length}.`);
  const [index0 = 0, index1 = 0] = indices;
  const purposeKey = hashText(purpose);
  const block = new Uint32Array(4);
  let blockIndex = -1;

  const load = (wanted: number) => {
    if (wanted === blockIndex) return;
    // The remainder of a float is slow, and nearly no index is that large.
    if (wanted < 4294967296) philox4x32(block, wanted, 0, index0, index1, seed, purposeKey);
    else philox4x32(block, wanted % 4294967296, Math.floor(wanted / 4294967296), index0, index1, seed, purposeKey);
    blockIndex = wanted;
  };

  const uniformPair = (half: number) => ((block[half] >>> 5) * 67108864 + (block[half + 1] >>> 6)) / 9007199254740992;

  return {
    uint32(index) {
      load(Math.floor(index / 4));
      return block[index % 4];
    },
    uniform(index) {
      load(Math.floor(index / 2));
      return uniformPair(index % 2 === 0 ? 0 : 2);
    },
    normal(index) {
      load(index);
      return Math.sqrt(-2 * Math.log(1 - uniformPair(0))) * cosine(2 * Math.PI * uniformPair(2));
    },
    below(index, bound) {
      return Math.floor(this.uniform(index) * bound);
    },
    fillBelow(to, index, bound) {
      let wanted = Math.floor(index / 2);
      let at = 0;
      if (index % 2 === 1 && to.length > 0) to[at++] = this.below(index, bound);
      if (at > 0) wanted++;
      for (; at + 1 < to.length; at += 2) {
        load(wanted++);
        to[at] = Math.floor(uniformPair(0) * bound);
        to[at + 1] = Math.floor(uniformPair(2) * bound);
      }
      if (at < to.length) to[at] = this.below(2 * wanted, bound);
    },
  };
}

/** A uniformly random order of 0 .. size - 1 (Fisher-Yates). */
export function permutation(stream: RandomStream, size: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const other = stream.below(last, last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** FNV-1a over UTF-16 code units: only has to keep a handful of purposes apart. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
