import type { Sharp } from 'sharp';
import { toGrey, type ValueScale } from '../values/scale.ts';
import { toChannels } from './colour-channels.ts';
import { loadDecoder } from './decoder.ts';
import { DECODING_BYTES, createMemoryBudget } from './decoding-budget.ts';
import { MOST_PIXELS } from './image-claims.ts';
import { tellImageChanges, type OnImageChange } from './image-changes.ts';
import { decodeBmp } from './image-formats/bmp.ts';
import { decodeMended, type JpegFault } from './image-formats/mend-jpeg.ts';
import { decodeNetpbm } from './image-formats/netpbm.ts';
import { readImageHeader, undecodable, type ImageHeader } from './image-header.ts';
import { ImageProblem } from './image-problem.ts';
import { DEEP_SCALE, requireFit, type ImageTarget } from './image-target.ts';
import { decodePlainPng } from './plain-png.ts';

export { IMAGE_FILE } from './image-formats/formats.ts';
export { ImageProblem, imageProblemOf } from './image-problem.ts';
export { DEEP_SCALE, chooseTarget, type ImageTarget } from './image-target.ts';

const DECODING = { failOn: 'warning', limitInputPixels: MOST_PIXELS } as const;

/** A profile that cannot be used is not tried. */
const decodingOf = ({ hasProfile }: ImageHeader) => ({ ...DECODING, ignoreIcc: !hasProfile });

const FIT = { stretch: 'fill', cover: 'cover', contain: 'contain' } as const;

const FAULTS: Record<JpegFault, string> = {
  'bytes between its parts': 'JPEGs with bytes that belong to none of their parts, passed over as other readers do',
  'scan parameters of another kind of JPEG':
    'JPEGs with scan parameters that have no meaning, passed over as other readers do',
};

/** Of this thread. */
const budget = createMemoryBudget(DECODING_BYTES);

/** The values of an image with more than 8 bits a channel, without transparency; null for any other. @throws ImageProblem */
export async function readDeepValues(bytes: Uint8Array): Promise<Uint16Array | null> {
  const found = await readImageHeader(bytes);
  return found.isDeep ? await budget.within(decodedBytes(found), () => decodeDeep(bytes, found, ignored)) : null;
}

/**
 * The pixels of an image file, `[height, width, channels]`, upright as its EXIF orientation says. Images that are decoded
 * at the same time share the memory of `decoding-budget.ts`.
 * @param changed called for what was changed or left out for it
 * @throws ImageProblem that says what is wrong with it
 */
export async function decodeImage(
  bytes: Uint8Array,
  target: ImageTarget,
  changed: OnImageChange = ignored,
): Promise<Uint8Array> {
  const found = await readImageHeader(bytes);
  requireFit(found, target);
  const pixels = await budget.within(decodedBytes(found), () => decodeTo(bytes, found, target, changed));
  tellImageChanges(found, target, changed);
  return pixels;
}

const ignored: OnImageChange = () => undefined;

/** What decoding takes at most, about: the pixels, as the file has them and as they are handed over. */
const decodedBytes = ({ height, width, channels, isDeep, isProgressive, format }: ImageHeader): number => {
  const copies = 3 + (isProgressive ? 2 : 0) + (format === 'webp' || format === 'gif' ? 1 : 0);
  return height * width * channels * (isDeep ? 2 : 1) * copies;
};

async function decodeTo(
  bytes: Uint8Array,
  found: ImageHeader,
  target: ImageTarget,
  changed: OnImageChange,
): Promise<Uint8Array> {
  const own = nativeChannels(found);
  const isSized = found.height === target.height && found.width === target.width;
  const whole = await decodeWhole(bytes, found, target.scale ?? DEEP_SCALE, changed, isSized);
  if (whole && isSized) return toChannels(whole, own, target.channels);
  const sharp = await loadDecoder();
  const make = (source: Uint8Array): Sharp => {
    const image = whole
      ? sharp(whole, { raw: { height: found.height, width: found.width, channels: own } })
      : sharp(source, decodingOf(found));
    if (whole === null && found.isTurned) image.autoOrient();
    if (target.resize !== null) {
      image.resize(target.width, target.height, { fit: FIT[target.resize], background: 'black' });
    }
    return inColourSpace(image.removeAlpha(), found);
  };
  return toChannels(await decodeOrMend(bytes, found, target, make, changed), own, target.channels);
}

/**
 * The image as it is in the file where libvips is not to decode it and to make its size at once: it does not read it, fast-png
 * is faster, its 16 bits become 8 first, or it would mix colours by their transparency.
 * @returns null where libvips may
 */
async function decodeWhole(
  bytes: Uint8Array,
  found: ImageHeader,
  scale: ValueScale,
  changed: OnImageChange,
  isSized: boolean,
): Promise<Uint8Array | null> {
  if (found.isDeep) return toBytes(await decodeDeep(bytes, found, changed), scale);
  if (found.format === 'bmp') return decodeBmp(bytes);
  if (found.format === 'netpbm') return decodeNetpbmFile(bytes, changed) as Uint8Array;
  if (isSized) return decodePlainPng(bytes);
  if (!found.hasAlpha) return null;
  const sharp = await loadDecoder();
  const make = (source: Uint8Array) => {
    const image = sharp(source, decodingOf(found));
    if (found.isTurned) image.autoOrient();
    return inColourSpace(image.removeAlpha(), found);
  };
  return decodeOrMend(bytes, found, found, make, changed);
}

/** Plain colour is what comes out by itself; grey would come out as colour. */
function inColourSpace(image: Sharp, found: ImageHeader): Sharp {
  const own = nativeChannels(found);
  return found.isPlainColour && own === 3 ? image : image.toColourspace(own === 1 ? 'b-w' : 'srgb');
}

function decodeNetpbmFile(bytes: Uint8Array, changed: OnImageChange): Uint8Array | Uint16Array {
  const { values, hasMore } = decodeNetpbm(bytes);
  if (hasMore) changed('left-out', 'what follows the first image in PBM, PGM and PPM files');
  return values;
}

/** Upright, `[height, width, grey or three colours]`, as stored: a colour profile would change the levels. */
async function decodeDeep(bytes: Uint8Array, found: ImageHeader, changed: OnImageChange): Promise<Uint16Array> {
  if (found.format === 'netpbm') return decodeNetpbmFile(bytes, changed) as Uint16Array;
  const sharp = await loadDecoder();
  const image = sharp(bytes, { ...DECODING, ignoreIcc: true });
  if (found.isTurned) image.autoOrient();
  const own = nativeChannels(found);
  image.removeAlpha().toColourspace(own === 1 ? 'grey16' : 'rgb16');
  const { data, info } = await image.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true }).catch(undecodable);
  requireDecoded(info, found, own);
  const values = ownMemory(data);
  return values.byteOffset % 2 === 0
    ? new Uint16Array(values.buffer, values.byteOffset, values.length / 2)
    : new Uint16Array(Uint8Array.from(values).buffer);
}

/** Decodes strictly; a JPEG that has what all readers pass over is mended and decoded as strictly again. */
async function decodeOrMend(
  bytes: Uint8Array,
  found: ImageHeader,
  shape: { height: number; width: number },
  make: (source: Uint8Array) => Sharp,
  changed: OnImageChange,
): Promise<Uint8Array> {
  const own = nativeChannels(found);
  const decode = async (source: Uint8Array): Promise<Uint8Array> => {
    const { data, info } = await make(source).raw().toBuffer({ resolveWithObject: true });
    requireDecoded(info, shape, own);
    return ownMemory(data);
  };
  if (found.format !== 'jpeg') return decode(bytes).catch(undecodable);
  const check = found.isCmyk ? checkInPrint : decode;
  const { decoded, faults } = await decodeMended(bytes, decode, check).catch(undecodable);
  for (const fault of new Set(faults)) changed('left-out', FAULTS[fault]);
  return decoded;
}

/** Decodes as strictly and leaves colours as they are: a conversion from CMYK is made anew for each file, in 50 ms. */
async function checkInPrint(source: Uint8Array): Promise<void> {
  const sharp = await loadDecoder();
  await sharp(source, DECODING).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
}

function requireDecoded(
  info: { height: number; width: number; channels: number },
  { height, width }: { height: number; width: number },
  channels: number,
): void {
  if (info.height === height && info.width === width && info.channels === channels) return;
  throw new ImageProblem(`decodes to ${info.height} × ${info.width} × ${info.channels}, unlike its header says`);
}

/** The WebAssembly decoder answers with a view into its own memory, which it uses again once the view is forgotten. */
const ownMemory = (data: Buffer): Uint8Array =>
  (data.buffer as ArrayBufferLike) instanceof SharedArrayBuffer ? new Uint8Array(data) : data;

const toBytes = (values: Uint16Array, scale: ValueScale): Uint8Array =>
  Uint8Array.from(values, (value) => toGrey(value, scale));

/** Of what is decoded before it is given the channels that are wanted. */
const nativeChannels = ({ isGrey }: ImageHeader): 1 | 3 => (isGrey ? 1 : 3);
