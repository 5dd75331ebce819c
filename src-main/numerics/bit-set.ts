/** A fixed number of bits, all clear at first. Indices are split by multiplication: the remainder of a double is slow. */
export class BitSet {
  readonly size: number;
  private readonly words: Int32Array;

  constructor(size: number) {
    this.size = size;
    this.words = new Int32Array(Math.ceil(size / 32));
  }

  has(index: number): boolean {
    const word = Math.floor(index / 32);
    return (this.words[word] & (1 << (index - word * 32))) !== 0;
  }

  /** Returns whether the bit was clear before. */
  add(index: number): boolean {
    const word = Math.floor(index / 32);
    const bit = 1 << (index - word * 32);
    if ((this.words[word] & bit) !== 0) return false;
    this.words[word] |= bit;
    return true;
  }

  /** Returns whether the bit was set before. */
  delete(index: number): boolean {
    const word = Math.floor(index / 32);
    const bit = 1 << (index - word * 32);
    if ((this.words[word] & bit) === 0) return false;
    this.words[word] &= ~bit;
    return true;
  }

  /** How many of the given bits were clear before; all are set after. */
  addAll(indices: Float64Array): number {
    const { words } = this;
    let added = 0;
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at];
      const word = Math.floor(index / 32);
      const before = words[word];
      const bit = index - word * 32;
      added += 1 - ((before >>> bit) & 1);
      words[word] = before | (1 << bit);
    }
    return added;
  }

  /** How many of the given bits were set before; all are clear after. */
  deleteAll(indices: Float64Array): number {
    const { words } = this;
    let deleted = 0;
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at];
      const word = Math.floor(index / 32);
      const before = words[word];
      const bit = index - word * 32;
      deleted += (before >>> bit) & 1;
      words[word] = before & ~(1 << bit);
    }
    return deleted;
  }

  /** How many of the given bits are set. */
  countOf(indices: Float64Array): number {
    const { words } = this;
    let count = 0;
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at];
      const word = Math.floor(index / 32);
      count += (words[word] >>> (index - word * 32)) & 1;
    }
    return count;
  }

  /** Indices of the set bits, ascending. @param count how many there are */
  indices(count: number): Float64Array {
    const all = new Float64Array(count);
    let at = 0;
    for (let word = 0; word < this.words.length; word++) {
      for (let rest = this.words[word]; rest !== 0; rest &= rest - 1)
        all[at++] = word * 32 + (31 - Math.clz32(rest & -rest));
    }
    return all;
  }

  /** Indices of the set bits, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.words.length; word++) {
      let rest = this.words[word];
      while (rest !== 0) {
        const bit = 31 - Math.clz32(rest & -rest);
        yield word * 32 + bit;
        rest &= rest - 1;
      }
    }
  }
}
