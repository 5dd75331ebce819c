/** More have no place in memory beside the rest, and ranks would no longer be 32-bit. */
export const MOST_RANKED_BITS = 2 ** 31 - 1;

/** Bits that are found by rank: the k-th set or the k-th clear one, in one pass over the words for a whole list. */
export class RankedBits {
  private readonly size: number;
  private readonly words: Int32Array;
  /** Set bits of each word. */
  private readonly counts: Uint8Array;

  /** @param indices of the set bits, ascending, below `size` <= MOST_RANKED_BITS */
  constructor(size: number, indices: Float64Array) {
    this.size = size;
    this.words = new Int32Array(Math.ceil(size / 32));
    this.counts = new Uint8Array(this.words.length);
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at] | 0;
      this.words[index >>> 5] |= 1 << (index & 31);
      this.counts[index >>> 5]++;
    }
  }

  /** Clears the set bits of the given ranks (0 is the lowest set bit) and tells their indices; all lists ascending. */
  takeSet(ranks: Float64Array): Float64Array {
    return this.flipRanks(ranks, 0);
  }

  /** Sets the clear bits of the given ranks (0 is the lowest clear bit) and tells their indices. */
  takeClear(ranks: Float64Array): Float64Array {
    return this.flipRanks(ranks, -1);
  }

  /** Indices of the set bits, ascending. @param count how many there are */
  indices(count: number): Float64Array {
    const all = new Float64Array(count);
    let to = 0;
    for (let at = 0; at < this.words.length; at++) {
      for (let rest = this.words[at]; rest !== 0; rest &= rest - 1) all[to++] = at * 32 + 31 - Math.clz32(rest & -rest);
    }
    return all;
  }

  /** @param mask 0 counts set bits, -1 clear ones @throws RangeError where there are fewer than a rank asks for */
  private flipRanks(ranks: Float64Array, mask: 0 | -1): Float64Array {
    const { words, counts, size } = this;
    const { length } = words;
    const count = ranks.length;
    const indices = new Float64Array(count);
    const [from, sign] = mask === 0 ? [0, 1] : [32, -1];
    let next = 0;
    let at = 0;
    let passed = 0;
    while (next < count) {
      let rank = ranks[next] | 0;
      let end = passed;
      while (at < length && rank >= (end = passed + from + sign * counts[at])) {
        passed = end;
        at++;
      }
      if (at === length) break;
      const word = words[at] ^ mask;
      const pairs = word - ((word >>> 1) & 0x55555555);
      const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
      // Byte j holds the set bits of bytes 0 to j.
      const sums = Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101);
      let flipped = 0;
      do {
        const k = rank - passed;
        // Select by comparing k with all four sums at once (Vigna 2008, "Broadword implementation of rank/select").
        const over = (((Math.imul(k, 0x01010101) | 0x80808080) - sums) >>> 7) & 0x01010101;
        const base = Math.imul(over, 0x08080808) >>> 24;
        const bit = base + SELECT[(((word >>> base) & 255) << 3) + k - (((sums << 8) >>> base) & 255)];
        flipped |= 1 << bit;
        counts[at] -= sign;
        indices[next++] = (at << 5) + bit;
        rank = next < count ? ranks[next] | 0 : end;
      } while (rank < end);
      words[at++] ^= flipped;
      passed = end;
    }
    if (next < count || indices[next - 1] >= size) {
      throw new RangeError(`There is no bit of rank ${ranks[count - 1]} among ${size}.`);
    }
    return indices;
  }
}

/** Where the k-th set bit of a byte stands: `SELECT[byte * 8 + k]`. */
const SELECT = new Uint8Array(2048);
for (let byte = 0; byte < 256; byte++) {
  for (let bit = 0, k = 0; bit < 8; bit++) if ((byte >>> bit) & 1) SELECT[byte * 8 + k++] = bit;
}
