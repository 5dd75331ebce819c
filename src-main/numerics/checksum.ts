/** CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), as zip and gzip use it; four bytes at a time. */
export function crc32(bytes: Uint8Array): number {
  const [table0, table1, table2, table3] = TABLES;
  const whole = bytes.length & ~3;
  let crc = -1;
  for (let at = 0; at < whole; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc = table3[crc & 255] ^ table2[(crc >>> 8) & 255] ^ table1[(crc >>> 16) & 255] ^ table0[crc >>> 24];
  }
  for (let at = whole; at < bytes.length; at++) crc = table0[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Of a byte, and of a byte that one, two or three zeros follow. */
const TABLES = tables();

function tables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
  const followed = (table: Int32Array) => table.map((crc) => (crc >>> 8) ^ first[crc & 255]);
  const second = followed(first);
  const third = followed(second);
  return [first, second, third, followed(third)];
}

const numbers = new Float64Array(2);
const words = new Int32Array(numbers.buffer);

/** 32 bits of two numbers and a small whole one, in which every bit counts (MurmurHash3_x86_32, Appleby, public domain). */
export function hashNumbers(a: number, b: number, small: number): number {
  // Minus zero, which SQLite does not keep, becomes zero.
  numbers[0] = a + 0;
  numbers[1] = b + 0;
  let hash = small;
  for (let at = 0; at < 4; at++) {
    const word = Math.imul(words[at], 0xcc9e2d51);
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
