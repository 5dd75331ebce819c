/**
 * Mends what libjpeg only warns of, and every reader passes over: bytes between two parts of a file that belong to none,
 * and parameters of a scan that do not matter where it is the only one ("ITU-T T.81", B.1.1.2 and B.2.3). Images are
 * decoded so that any warning is an error; what is mended is decoded as strictly again, so that nothing else passes.
 */

/** What a mended file had, towards the reader of a report. */
export type JpegFault = 'bytes between its parts' | 'scan parameters of another kind of JPEG';

export interface MendedJpeg {
  bytes: Uint8Array;
  fault: JpegFault;
}

const [MARK, START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN, TEMPORARY] = [0xff, 0xd8, 0xd9, 0xda, 0x01];
const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;
const hasNoLength = (code: number): boolean => isRestart(code) || code === TEMPORARY || code === START_OF_IMAGE;
/** Of one complaint, markers that are tried. */
const MOST_MARKERS = 8;
/** Of one file: versions of it that are decoded at most. */
const MOST_TRIES = 24;

interface Marker {
  code: number;
  /** Where its first byte is, before what fills up to it. */
  at: number;
  /** Where the part before ends, or its pixels begin. */
  from: number;
  /** Bytes between the end of the part before and this one that belong to none; null after pixels, where it is unknown. */
  gap: number | null;
}

/**
 * Decodes a file strictly; where that fails for what all readers pass over, mends it and decodes as strictly again, up to
 * 24 times more.
 * @param decode fails with libvips' message
 * @param check fails as `decode` does, of mended versions, where it is quicker; the one that passes is decoded
 * @throws what decoding the file as it is throws, where mending does not help
 */
export async function decodeMended<Decoded>(
  bytes: Uint8Array,
  decode: (source: Uint8Array) => Promise<Decoded>,
  check: (source: Uint8Array) => Promise<unknown> = decode,
): Promise<{ decoded: Decoded; faults: readonly JpegFault[] }> {
  try {
    return { decoded: await decode(bytes), faults: [] };
  } catch (error) {
    const found = await findMended(bytes, error, check);
    if (!found) throw error;
    return { decoded: await decode(found.bytes), faults: found.faults };
  }
}

interface Mended {
  bytes: Uint8Array;
  faults: readonly JpegFault[];
}

/** The first version of a file that passes; null where none of those that are tried does. */
async function findMended(
  bytes: Uint8Array,
  error: unknown,
  check: (source: Uint8Array) => Promise<unknown>,
): Promise<Mended | null> {
  let tries = 0;
  const mend = async ({ bytes: source, faults }: Mended, complaint: unknown): Promise<Mended | null> => {
    for (const { bytes: mended, fault } of mendJpeg(source, (complaint as Error).message)) {
      if (tries >= MOST_TRIES) return null;
      tries++;
      const next = { bytes: mended, faults: [...faults, fault] };
      const found = await check(mended).then(
        () => next,
        (further: unknown) => mend(next, further),
      );
      if (found) return found;
    }
    return null;
  };
  return mend({ bytes, faults: [] }, error);
}

/**
 * Versions of a file without what a complaint of libjpeg names, the likelier ones first; none where it is of damage.
 * @param complaint libvips' message
 */
export function* mendJpeg(bytes: Uint8Array, complaint: string): Generator<MendedJpeg> {
  const extraneous = /Corrupt JPEG data: (\d+) extraneous bytes before marker 0x([0-9a-f]{2})/.exec(complaint);
  if (extraneous) {
    const [count, code] = [Number(extraneous[1]), parseInt(extraneous[2], 16)];
    const markers = markersOf(bytes);
    // Each version has one gap less: of more than are tried, none would be whole.
    if (markers.filter(({ gap }) => gap !== null && gap > 0).length > MOST_TRIES) return;
    const found = markers.filter(
      ({ code: own, gap, at, from }) => own === code && (gap ?? count) === count && at - count >= from,
    );
    for (const { at } of found.slice(0, MOST_MARKERS))
      yield { bytes: without(bytes, at - count, at), fault: 'bytes between its parts' };
    return;
  }
  if (/Invalid SOS parameters for sequential JPEG/.test(complaint)) {
    yield { bytes: withPlainScans(bytes), fault: 'scan parameters of another kind of JPEG' };
  }
}

const without = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);

/** Every scan of all coefficients at once, as a sequential JPEG has them. */
function withPlainScans(bytes: Uint8Array): Uint8Array {
  const mended = Uint8Array.from(bytes);
  for (const { code, at } of markersOf(bytes)) {
    if (code !== START_OF_SCAN) continue;
    let start = at;
    while (bytes[start + 1] === MARK) start++;
    const end = start + 2 + (bytes[start + 2] << 8) + bytes[start + 3];
    if (end <= bytes.length) mended.set([0, 63, 0], end - 3);
  }
  return mended;
}

/** The markers of a file up to its end, as libjpeg finds them (`next_marker`). */
function markersOf(bytes: Uint8Array): Marker[] {
  const markers: Marker[] = [];
  let at = 2;
  let isAfterPixels = false;
  while (at < bytes.length) {
    const from = at;
    // A mark and zero are two bytes of pixels; several marks are one that is filled up.
    while (at < bytes.length && !(bytes[at] === MARK && isCode(bytes, at))) at++;
    if (at >= bytes.length) break;
    const start = at;
    while (bytes[at + 1] === MARK) at++;
    const code = bytes[at + 1];
    markers.push({ code, at: start, from, gap: isAfterPixels ? null : start - from });
    at += 2;
    if (code === END_OF_IMAGE) break;
    if (isRestart(code)) continue;
    if (!hasNoLength(code)) at += (bytes[at] << 8) + bytes[at + 1];
    isAfterPixels = code === START_OF_SCAN;
  }
  return markers;
}

/** Whether what follows a mark, but for more marks, makes it a marker. */
function isCode(bytes: Uint8Array, mark: number): boolean {
  let at = mark + 1;
  while (bytes[at] === MARK) at++;
  return at < bytes.length && bytes[at] !== 0;
}
