/**
 * Golomb codes of ascending whole numbers below `size`. The gaps of a uniformly random set are geometric, for which
 * Golomb's code is the optimal prefix code (Gallager and Van Voorhis 1975, eq. 3): a few per cent above the entropy
 * with no dictionary.
 */

/** Optimal parameter for elements of density `share`: the smallest m with q^m + q^(m+1) <= 1, q = 1 - share. */
function golombParameter(share: number): number {
  if (share >= 0.5) return 1;
  return Math.max(1, Math.ceil(Math.log(2 - share) / -Math.log1p(-share)));
}

/** @param values ascending, without repeats, below `size` */
export function encodeAscending(writer: BitWriter, values: Float64Array, size: number): void {
  const parameter = golombParameter(size > 0 ? values.length / size : 1);
  const { bits, short } = truncatedBinary(parameter);
  let previous = -1;
  for (let at = 0; at < values.length; at++) {
    const gap = values[at] - previous - 1;
    previous = values[at];
    const quotient = Math.floor(gap / parameter);
    const remainder = gap - quotient * parameter;
    for (let one = 0; one < quotient; one++) writer.bit(1);
    writer.bit(0);
    if (remainder < short) writer.bits(remainder, bits - 1);
    else writer.bits(remainder + short, bits);
  }
}

/** The fewest bits that `count` values below `size` can take: what a claimed count is bounded by. */
export const leastBits = (count: number, size: number): number =>
  count === 0 ? 0 : count * (1 + Math.max(0, truncatedBinary(golombParameter(count / size)).bits - 1));

/**
 * The inverse of `encodeAscending` for the same count and size.
 * @param room what to decode into, with room for `count`; fresh memory unless given
 * @throws RangeError before anything is decoded where the count is more than the size, or than the bits can hold; also
 * where the bits end too early, or a value is not below the size
 */
export function decodeAscending(reader: BitReader, count: number, size: number, room?: Float64Array): Float64Array {
  requireCount(count, size);
  const left = reader.bytes.length * 8 - reader.at;
  if (leastBits(count, size) > left) {
    throw new RangeError(`A list of ${count} values below ${size} does not fit in ${left} bits.`);
  }
  const values = (room ?? new Float64Array(count)).subarray(0, count);
  fill(reader, values, size);
  if (count > 0 && values[count - 1] >= size) {
    throw new RangeError(`The value ${values[count - 1]} is not below ${size}.`);
  }
  return values;
}

/** @throws RangeError where no list of values below `size` has so many */
export function requireCount(count: number, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not the size of a layer.`);
  if (!Number.isSafeInteger(count) || count < 0 || count > size) {
    throw new RangeError(`There are not ${count} values below ${size}.`);
  }
}

function fill(reader: BitReader, values: Float64Array, size: number): void {
  const count = values.length;
  const parameter = golombParameter(size > 0 ? count / size : 1);
  const { bits, short } = truncatedBinary(parameter);
  if (bits <= TABLE_REMAINDER_BITS) return decodeByTable(reader, values, parameter);
  let previous = -1;
  for (let at = 0; at < count; at++) {
    const quotient = reader.ones();
    let remainder = reader.bits(bits - 1);
    if (remainder >= short) remainder = remainder * 2 + reader.bit() - short;
    previous += 1 + quotient * parameter + remainder;
    values[at] = previous;
  }
}

/** A table tells the code word at the head of this many bits, and how long it is. */
const TABLE_BITS = 12;
/** Remainders of more bits leave the table too little room for the quotient. */
const TABLE_REMAINDER_BITS = 7;
const LENGTH_BITS = 5;
const MOST_TABLES = 64;
/** By parameter; the share of a run's updates moves slowly, so few are ever needed. Oldest first. */
const tables = new Map<number, Int32Array>();

/** `gap << LENGTH_BITS | length` of the code word that a window starts with; 0 where the window does not hold it all. */
function tableOf(parameter: number): Int32Array {
  const known = tables.get(parameter);
  if (known) return known;
  const { bits, short } = truncatedBinary(parameter);
  const table = new Int32Array(2 ** TABLE_BITS);
  for (let window = 0; window < table.length; window++) {
    const zeros = ~window;
    const quotient = 31 - Math.clz32(zeros & -zeros);
    let length = quotient + 1 + Math.max(0, bits - 1);
    let remainder = 0;
    for (let at = quotient + 1; at < length; at++) remainder = remainder * 2 + ((window >>> at) & 1);
    if (bits > 0 && remainder >= short) remainder = remainder * 2 + ((window >>> length++) & 1) - short;
    if (length <= TABLE_BITS) table[window] = ((quotient * parameter + remainder) << LENGTH_BITS) | length;
  }
  const oldest = tables.keys().next();
  if (tables.size >= MOST_TABLES && !oldest.done) tables.delete(oldest.value);
  tables.set(parameter, table);
  return table;
}

function decodeByTable(reader: BitReader, values: Float64Array, parameter: number): void {
  const { bits, short } = truncatedBinary(parameter);
  const table = tableOf(parameter);
  const { bytes, view } = reader;
  // The position lives in a local variable while whole words are left; the rest goes through the reader.
  const lastWord = bytes.length - 4;
  let bit = reader.at;
  let previous = -1;
  for (let at = 0; at < values.length; at++) {
    const byte = bit >>> 3;
    const window = byte <= lastWord ? view.getUint32(byte, true) >>> (bit & 7) : reader.windowAt(bit);
    const word = table[window & (2 ** TABLE_BITS - 1)];
    if (word !== 0) {
      bit += word & (2 ** LENGTH_BITS - 1);
      previous += 1 + (word >>> LENGTH_BITS);
    } else {
      reader.at = bit;
      const quotient = reader.ones();
      let remainder = bits > 0 ? reader.bits(bits - 1) : 0;
      if (bits > 0 && remainder >= short) remainder = remainder * 2 + reader.bit() - short;
      previous += 1 + quotient * parameter + remainder;
      bit = reader.at;
    }
    values[at] = previous;
  }
  reader.moveTo(bit);
}

/** The first `short` remainders take one bit less. */
function truncatedBinary(parameter: number): { bits: number; short: number } {
  const bits = Math.ceil(Math.log2(parameter));
  return { bits, short: 2 ** bits - parameter };
}

export class BitWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  bit(value: number): void {
    const byte = this.length >>> 3;
    if (byte === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (value) this.bytes[byte] |= 1 << (this.length & 7);
    this.length++;
  }

  /** The low `count` bits of `value`, highest first; at most 52. */
  bits(value: number, count: number): void {
    for (let at = count - 1; at >= 0; at--) this.bit(at < 31 ? (value >>> at) & 1 : Math.floor(value / 2 ** at) % 2);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, (this.length + 7) >>> 3);
  }
}

export class BitReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The next bit, counted from the first. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** 25 bits or more from a bit near the end, the first lowest; zeros past the end. */
  windowAt(bit: number): number {
    let word = 0;
    const from = bit >>> 3;
    for (let byte = from; byte < Math.min(from + 4, this.bytes.length); byte++) {
      word |= this.bytes[byte] << ((byte - from) * 8);
    }
    return word >>> (bit & 7);
  }

  /** @throws RangeError past the end */
  moveTo(bit: number): void {
    this.at = bit;
    if (bit > this.bytes.length * 8) throw new RangeError('The bits end before the list does.');
  }

  /** @throws RangeError past the end */
  bit(): number {
    const byte = this.at >>> 3;
    if (byte >= this.bytes.length) throw new RangeError('The bits end before the list does.');
    return (this.bytes[byte] >>> (this.at++ & 7)) & 1;
  }

  bits(count: number): number {
    const end = this.at + count;
    if (end > this.bytes.length * 8) throw new RangeError('The bits end before the list does.');
    let value = 0;
    for (let at = this.at; at < end; at++) value = value * 2 + ((this.bytes[at >>> 3] >>> (at & 7)) & 1);
    this.at = end;
    return value;
  }

  /** Ones up to the next zero, which is taken too. @throws RangeError past the end */
  ones(): number {
    let count = 0;
    for (;;) {
      const left = 8 - (this.at & 7);
      const byte = this.at >>> 3;
      if (byte >= this.bytes.length) throw new RangeError('The bits end before the list does.');
      // Zeros are shifted in from above, so a run of ones to the byte's end counts exactly what is left of it.
      const zeros = ~(this.bytes[byte] >>> (this.at & 7));
      const run = 31 - Math.clz32(zeros & -zeros);
      count += run;
      if (run < left) {
        this.at += run + 1;
        return count;
      }
      this.at += left;
    }
  }
}
