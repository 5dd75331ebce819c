/** `count` flags, eight to a byte, lowest bit first. */
export function packBits(count: number, isSet: (index: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (let index = 0; index < count; index++) if (isSet(index)) bytes[index >> 3] |= 1 << (index & 7);
  return bytes;
}

/** Reads what `packBits` wrote; nothing is set where there are no bytes. */
export function unpackBits(bytes: Uint8Array | null): (index: number) => boolean {
  if (!bytes) return () => false;
  return (index) => (bytes[index >> 3] & (1 << (index & 7))) !== 0;
}
