import { ImageProblem } from '../image-problem.ts';

/** Sections are those of the "GIF89a Specification" (CompuServe, 1990). */
const SCREEN_END = 13;
const [IMAGE, EXTENSION, GRAPHIC_CONTROL] = [0x2c, 0x21, 0xf9];

/**
 * Whether pixels of the first frame may be transparent: one of its colours stands for it (23), or it is smaller than the
 * screen. libvips says so of every GIF.
 * @throws ImageProblem where there is no frame
 */
export function isTransparentGif(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = bytes.length < SCREEN_END ? bytes.length : SCREEN_END + tableBytes(bytes[10]);
  let hasTransparentColour = false;
  while (at + 10 <= bytes.length) {
    if (bytes[at] === IMAGE) {
      const [left, top, width, height] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
      const isSmaller = left > 0 || top > 0 || width < view.getUint16(6, true) || height < view.getUint16(8, true);
      return hasTransparentColour || isSmaller;
    }
    if (bytes[at] !== EXTENSION) break;
    if (bytes[at + 1] === GRAPHIC_CONTROL) hasTransparentColour = (bytes[at + 3] & 1) === 1;
    at += 2;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at];
    at++;
  }
  throw new ImageProblem('cannot be decoded (holds no frame)');
}
