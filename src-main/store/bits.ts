/** `count` flags, eight to a byte, lowest bit first. */
export function packBits(count: number, isSet: (index: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (let index = 0; index < count; index++) if (isSet(index)) bytes[index >> 3] |= 1 << (index & 7);
  return bytes;
}

/** Reads what `packBits` wrote; nothing is set where there are no bytes. @throws RangeError where there are not `count` */
export function unpackBits(bytes: Uint8Array | null, count: number): (index: number) => boolean {
  if (!bytes) return () => false;
  const wanted = Math.ceil(count / 8);
  const surplus = count % 8 === 0 ? 0 : bytes[wanted - 1] >>> (count % 8);
  if (bytes.length !== wanted || surplus !== 0) throw new RangeError(`There are not ${count} bits in its flags.`);
  return (index) => (bytes[index >> 3] & (1 << (index & 7))) !== 0;
}
