import { bitsOfBytes, deposit, LOW_BITS, popcount, sumOfBytes, WORDS_BY_BYTE } from './bit-words.ts';

/** More do not fit into memory beside the rest, and ranks would no longer be 32-bit. */
export const MOST_RANKED_BITS = 2 ** 31 - 1;

/** Bits that are found by rank: the k-th set or the k-th clear one, in one pass over the words for a whole list. */
export class RankedBits {
  private readonly size: number;
  private readonly words: Int32Array;
  /** Set bits of each word. */
  private readonly counts: Uint8Array;
  /** Ranks as bits, of `flip`, from call to call: fresh memory costs more than the work in it. */
  private cleared: Int32Array = new Int32Array(0);
  private set: Int32Array = new Int32Array(0);

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

  /**
   * Clears the set bits, then sets the clear bits, of the given ranks (of those clear by then) without telling which they
   * were: each word takes as many ranks as it has bits and lays them on these, so that no branch depends on where ranks
   * fall. Work follows the words, however few the ranks.
   * @throws RangeError where there are fewer bits than a rank asks for
   */
  flip(setRanks: Float64Array, clearRanks: Float64Array): void {
    const { words, counts } = this;
    const cleared = lay(this.cleared, setRanks);
    const set = lay(this.set, clearRanks);
    this.cleared = cleared.room;
    this.set = set.room;
    const dropped = cleared.room;
    const grown = set.room;
    let setPassed = 0;
    let clearPassed = 0;
    for (let at = 0; at < words.length; at++) {
      let word = words[at];
      let count = counts[at];
      if (setPassed <= cleared.last) {
        const chosen = windowOf(dropped, setPassed) & LOW_BITS[count];
        setPassed += count;
        if (chosen !== 0) {
          count -= popcount(chosen);
          word ^= deposit(chosen, word);
        }
      }
      if (clearPassed <= set.last) {
        const chosen = windowOf(grown, clearPassed) & LOW_BITS[32 - count];
        clearPassed += 32 - count;
        if (chosen !== 0) {
          count += popcount(chosen);
          word |= deposit(chosen, ~word);
        }
      }
      words[at] = word;
      counts[at] = count;
    }
    this.requirePassed(cleared.last, setPassed);
    this.requirePassed(set.last, clearPassed);
    // Clear bits beyond the size are none.
    const beyond = words.length * 32 - this.size;
    if (beyond > 0 && words[words.length - 1] >>> (32 - beyond) !== 0) this.requirePassed(set.last, 0);
  }

  /** How many bits are set in both; the other has the same size. */
  countShared({ words: others }: RankedBits): number {
    const { words } = this;
    let shared = 0;
    for (let from = 0; from < words.length; from += WORDS_BY_BYTE) {
      const to = Math.min(words.length, from + WORDS_BY_BYTE);
      let sums = 0;
      for (let at = from; at < to; at++) sums = (sums + bitsOfBytes(words[at] & others[at])) | 0;
      shared += sumOfBytes(sums);
    }
    return shared;
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

  private requirePassed(last: number, passed: number): void {
    if (last >= passed) throw new RangeError(`There is no bit of rank ${last} among ${this.size}.`);
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

/** Ranks as bits, in `room` or a larger one, with room for a window that begins in the last word; -1 is no rank at all. */
function lay(room: Int32Array, ranks: Float64Array): { room: Int32Array; last: number } {
  const last = ranks.length === 0 ? -1 : ranks[ranks.length - 1] | 0;
  const length = ((last + 1) >>> 5) + 3;
  if (room.length < length) room = new Int32Array(length + (length >>> 3));
  else room.fill(0, 0, length);
  for (let at = 0; at < ranks.length; at++) {
    const rank = ranks[at] | 0;
    room[rank >>> 5] |= 1 << (rank & 31);
  }
  return { room, last };
}

/** The 32 bits from one on. */
function windowOf(bits: Int32Array, from: number): number {
  const word = from >>> 5;
  const shift = from & 31;
  return (bits[word] >>> shift) | ((bits[word + 1] << 1) << (31 - shift));
}

/** Where the k-th set bit of a byte stands: `SELECT[byte * 8 + k]`. */
const SELECT = new Uint8Array(2048);
for (let byte = 0; byte < 256; byte++) {
  for (let bit = 0, k = 0; bit < 8; bit++) if ((byte >>> bit) & 1) SELECT[byte * 8 + k++] = bit;
}
