import { ImageProblem } from '../image-problem.ts';

/** Formats of image files: which are read, and how the others are recognised by name and content. The only list of them. */

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'netpbm';

/** Names of the files that are taken for images. */
export const IMAGE_FILE = /\.(?:png|jpe?g|jpe|jfif|webp|gif|bmp|dib|pbm|pgm|ppm|pnm)$/i;

/** Image formats that are not read, with the endings of their files. */
const OTHER_FORMATS: readonly [title: string, endings: readonly string[]][] = [
  ['TIFF', ['tif', 'tiff', 'btf']],
  ['AVIF', ['avif', 'avifs']],
  ['HEIC', ['heic', 'heif', 'hif']],
  ['SVG', ['svg', 'svgz']],
  ['JPEG 2000', ['jp2', 'j2k', 'jpf', 'jpx', 'j2c', 'jpc']],
  ['JPEG XL', ['jxl']],
  ['JPEG XR', ['jxr', 'wdp', 'hdp']],
  ['icon', ['ico', 'cur', 'icns']],
  ['Targa', ['tga']],
  ['Photoshop', ['psd', 'psb']],
  ['GIMP', ['xcf']],
  ['PCX', ['pcx']],
  ['OpenEXR', ['exr']],
  ['Radiance', ['hdr']],
  ['DDS', ['dds']],
  ['QOI', ['qoi']],
  ['PAM', ['pam']],
  ['PFM', ['pfm']],
  ['FITS', ['fits', 'fit', 'fts']],
  ['DICOM', ['dcm', 'dicom']],
  ['camera raw', ['dng', 'cr2', 'cr3', 'nef', 'nrw', 'arw', 'orf', 'rw2', 'raf', 'pef', 'srw']],
];

const TITLES = new Map(OTHER_FORMATS.flatMap(([title, endings]) => endings.map((ending) => [ending, title] as const)));

const READ = 'PNG, JPEG, WebP, GIF, BMP, PBM, PGM and PPM';

const notRead = (title: string): string =>
  `is an image of the format ${title}, which is not read (${READ} are): convert it to PNG, such as with ImageMagick ` +
  '(magick FILE FILE.png), and leave it out';

/** What is wrong with an image file of this name; null where its format is read, or where it is no image. */
export function unreadFormatOf(name: string): string | null {
  const title = TITLES.get(/\.([a-z0-9]+)$/i.exec(name)?.[1].toLowerCase() ?? '');
  return title === undefined ? null : notRead(title);
}

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean => {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
};

const SIGNATURES: readonly [ImageFormat, (bytes: Uint8Array) => boolean][] = [
  ['png', (bytes) => startsWith(bytes, '\x89PNG\r\n\x1a\n')],
  ['jpeg', (bytes) => startsWith(bytes, '\xff\xd8\xff')],
  ['webp', (bytes) => startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)],
  ['gif', (bytes) => startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')],
  ['bmp', (bytes) => startsWith(bytes, 'BM')],
  // P1 to P6, then white space or a comment.
  ['netpbm', ([p, digit, next]) => p === 0x50 && digit >= 0x31 && digit <= 0x36 && (next <= 0x20 || next === 0x23)],
];

/** Those that are read. */
export const IMAGE_FORMATS: readonly ImageFormat[] = SIGNATURES.map(([format]) => format);

const OTHER_SIGNATURES: readonly [title: string, (bytes: Uint8Array) => boolean][] = [
  ['TIFF', (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => startsWith(bytes, start))],
  ['AVIF', (bytes) => startsWith(bytes, 'ftypavi', 4)],
  ['HEIC', (bytes) => ['hei', 'hev', 'mif', 'msf'].some((brand) => startsWith(bytes, `ftyp${brand}`, 4))],
  ['JPEG 2000', (bytes) => startsWith(bytes, '\0\0\0\x0cjP  ') || startsWith(bytes, '\xff\x4f\xff\x51')],
  ['JPEG XL', (bytes) => startsWith(bytes, '\0\0\0\x0cJXL ') || startsWith(bytes, '\xff\x0a')],
  ['icon', (bytes) => bytes.length > 4 && startsWith(bytes, '\0\0\x01\0')],
  ['Photoshop', (bytes) => startsWith(bytes, '8BPS')],
  ['DDS', (bytes) => startsWith(bytes, 'DDS ')],
  ['QOI', (bytes) => startsWith(bytes, 'qoif')],
  ['PAM', (bytes) => startsWith(bytes, 'P7\n')],
  ['PFM', (bytes) => startsWith(bytes, 'PF\n') || startsWith(bytes, 'Pf\n')],
  ['OpenEXR', (bytes) => startsWith(bytes, '\x76\x2f\x31\x01')],
  [
    'SVG',
    (bytes) => /^\s*(?:<\?xml[^]{0,900})?<svg[\s>]/.test(Buffer.from(bytes.subarray(0, 1024)).toString('latin1')),
  ],
];

/**
 * The format of a file by its first bytes, whatever it is called.
 * @throws ImageProblem that says which one it is where it is not read
 */
export function imageFormatOf(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ImageProblem('is empty (0 bytes)');
  const found = SIGNATURES.find(([, matches]) => matches(bytes));
  if (found) return found[0];
  const other = OTHER_SIGNATURES.find(([, matches]) => matches(bytes));
  if (other) throw new ImageProblem(notRead(other[0]));
  throw new ImageProblem(`cannot be decoded (holds none of the formats that are read: ${READ})`);
}
