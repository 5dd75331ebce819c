/** Sections are those of "ICC.1:2022", the specification of colour profiles. */
const HEADER_BYTES = 128;
const TAG_BYTES = 12;

/** Tags by which colours can be converted: a table, or curves with what they are of. */
const TABLE = ['A2B0'];
const WAYS: Record<string, readonly (readonly string[])[]> = {
  'RGB ': [TABLE, ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC']],
  GRAY: [TABLE, ['kTRC']],
  CMYK: [TABLE],
};

/**
 * Whether a colour profile is whole and of colours such as an image's: its size, signature and colour space (7.2), where its
 * parts are (7.3), and that they say how to convert (8.3 to 8.5).
 * @param space `RGB `, `GRAY` or `CMYK`
 */
export function isUsableProfile(profile: Uint8Array, space: string): boolean {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  if (profile.length < HEADER_BYTES + 4 || view.getUint32(0) !== profile.length) return false;
  const text = (at: number) => Buffer.from(profile.subarray(at, at + 4)).toString('latin1');
  if (text(36) !== 'acsp' || text(16) !== space) return false;
  const tags = view.getUint32(HEADER_BYTES);
  if (tags === 0 || HEADER_BYTES + 4 + tags * TAG_BYTES > profile.length) return false;
  const found = new Set<string>();
  for (let tag = 0; tag < tags; tag++) {
    const at = HEADER_BYTES + 4 + tag * TAG_BYTES;
    if (view.getUint32(at + 4) + view.getUint32(at + 8) > profile.length) return false;
    found.add(text(at));
  }
  return (WAYS[space] ?? []).some((tagsOfWay) => tagsOfWay.every((tag) => found.has(tag)));
}
