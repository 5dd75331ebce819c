/** Arithmetic on the bits of 32-bit words. */

/** Set bits of each byte, in that byte. */
export function bitsOfBytes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return (nibbles + (nibbles >>> 4)) & 0x0f0f0f0f;
}

/** The results of `bitsOfBytes` for this many words can be added before a byte runs over. */
export const WORDS_BY_BYTE = 31;

export function sumOfBytes(word: number): number {
  const halves = (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
  return (halves & 0xffff) + (halves >>> 16);
}

export const popcount = (word: number): number => Math.imul(bitsOfBytes(word), 0x01010101) >>> 24;

/** The lowest k bits, by k up to 32. */
export const LOW_BITS = Int32Array.from({ length: 33 }, (_, bits) => (bits === 32 ? -1 : (1 << bits) - 1));

/** The low bits of `bits` laid onto the set bits of `onto`, lowest first; what finds no bit is left out. */
export function deposit(bits: number, onto: number): number {
  const byte0 = onto & 255;
  const byte1 = (onto >>> 8) & 255;
  const byte2 = (onto >>> 16) & 255;
  const rest1 = bits >>> BYTE_BITS[byte0];
  const rest2 = rest1 >>> BYTE_BITS[byte1];
  const rest3 = rest2 >>> BYTE_BITS[byte2];
  return (
    DEPOSIT[(byte0 << 8) | (bits & 255)] |
    (DEPOSIT[(byte1 << 8) | (rest1 & 255)] << 8) |
    (DEPOSIT[(byte2 << 8) | (rest2 & 255)] << 16) |
    (DEPOSIT[((onto >>> 24) << 8) | (rest3 & 255)] << 24)
  );
}

/** Set bits of a byte. */
const BYTE_BITS = Uint8Array.from({ length: 256 }, (_, byte) => popcount(byte));

/** `deposit` of a byte onto a byte: `DEPOSIT[onto * 256 + bits]`. */
const DEPOSIT = new Uint8Array(65536);
for (let onto = 0; onto < 256; onto++) {
  for (let bits = 0; bits < 256; bits++) {
    let laid = 0;
    for (let bit = 0, rank = 0; bit < 8; bit++) if ((onto >>> bit) & 1) laid |= ((bits >>> rank++) & 1) << bit;
    DEPOSIT[onto * 256 + bits] = laid;
  }
}
