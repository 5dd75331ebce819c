/** A fixed number of bits, all clear at first. */
export class BitSet {
  readonly size: number;
  private readonly words: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.words = new Uint32Array(Math.ceil(size / 32));
  }

  has(index: number): boolean {
    return (this.words[Math.floor(index / 32)] & (1 << (index % 32))) !== 0;
  }

  /** Returns whether the bit was clear before. */
  add(index: number): boolean {
    const word = Math.floor(index / 32);
    const bit = 1 << (index % 32);
    if ((this.words[word] & bit) !== 0) return false;
    this.words[word] |= bit;
    return true;
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
