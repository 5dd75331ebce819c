import type { Metadata } from 'sharp';
import { loadDecoder } from './decoder.ts';
import { requireCredible } from './image-claims.ts';
import { readBmpHeader } from './image-formats/bmp.ts';
import { isUsableProfile } from './image-formats/colour-profile.ts';
import { changesColours } from './image-formats/profile-effect.ts';
import { imageFormatOf, type ImageFormat } from './image-formats/formats.ts';
import { isTransparentGif } from './image-formats/gif.ts';
import { readNetpbmHeader } from './image-formats/netpbm.ts';
import type { RawHeader } from './image-formats/raw-image.ts';
import { ImageProblem } from './image-problem.ts';
import { bringsProfile, countPngFrames, readPlainPng } from './plain-png.ts';

/** What an image's header says. */
export interface ImageHeader {
  format: ImageFormat;
  /** Upright. */
  height: number;
  width: number;
  /** As the file counts them, with transparency. */
  channels: number;
  hasAlpha: boolean;
  isCmyk: boolean;
  isGrey: boolean;
  /** More than eight bits a channel, decoded to 16. */
  isDeep: boolean;
  /** Eight bits each of red, green and blue. */
  isPlainColour: boolean;
  /** Whether its EXIF orientation says that it has to be turned or mirrored. */
  isTurned: boolean;
  /** Moving images have several, of which the first is read. */
  frames: number;
  /** A colour profile that can be used, and by which colours change: not that of sRGB. */
  hasProfile: boolean;
  /** Whether it brings a colour profile that is passed over for its faults. */
  hasBrokenProfile: boolean;
  /** Whether its rows are stored in several passes, which are decoded in memory. */
  isProgressive: boolean;
  /** The largest value that the file can hold, where that is less than 255 or not of 16 bits. */
  largest: number;
}

/** @throws ImageProblem also where it says more pixels than are read or are there, before memory is taken */
export async function readImageHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const found = await readAnyHeader(bytes);
  requireCredible(bytes, found);
  return found;
}

const PLAIN = {
  hasAlpha: false,
  isCmyk: false,
  isDeep: false,
  isTurned: false,
  frames: 1,
  hasProfile: false,
  hasBrokenProfile: false,
  isProgressive: false,
  largest: 255,
};

async function readAnyHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const format = imageFormatOf(bytes);
  if (format === 'bmp') return rawHeader(format, readBmpHeader(bytes));
  if (format === 'netpbm') return rawHeader(format, readNetpbmHeader(bytes));
  const plain = format === 'png' ? readPlainPng(bytes) : null;
  if (plain) return { ...PLAIN, ...plain, format, isGrey: plain.channels === 1, isPlainColour: plain.channels === 3 };
  const sharp = await loadDecoder();
  const found = await sharp(bytes, { limitInputPixels: false }).metadata().catch(undecodable);
  return vipsHeader(bytes, format, found);
}

const rawHeader = (format: ImageFormat, { channels, hasAlpha, ...header }: RawHeader): ImageHeader => ({
  ...PLAIN,
  ...header,
  format,
  hasAlpha,
  channels: channels + (hasAlpha ? 1 : 0),
  isGrey: channels === 1,
  isPlainColour: channels === 3 && !header.isDeep,
});

async function vipsHeader(bytes: Uint8Array, format: ImageFormat, found: Metadata): Promise<ImageHeader> {
  const { autoOrient, orientation = 1, space, depth, pages = 1, bitsPerSample = 8, isPalette } = found;
  const isGrey = space === 'b-w' || space === 'grey16';
  const hasAlpha = format === 'gif' ? isTransparentGif(bytes) : found.hasAlpha;
  const profileSpace = isGrey ? 'GRAY' : space === 'cmyk' ? 'CMYK' : 'RGB ';
  const profile = found.icc !== undefined && isUsableProfile(found.icc, profileSpace) ? found.icc : null;
  // Of CMYK there is no colour that could stay as it is.
  const hasProfile = profile !== null && (space === 'cmyk' || (await changesColours(profile, isGrey)));
  const channels = found.channels - (found.hasAlpha && !hasAlpha ? 1 : 0);
  return {
    format,
    height: autoOrient.height,
    width: autoOrient.width,
    channels,
    hasAlpha,
    isCmyk: space === 'cmyk',
    isGrey,
    isDeep: depth === 'ushort',
    isPlainColour: space === 'srgb' && depth === 'uchar' && found.channels === 3,
    isTurned: orientation > 1,
    frames: format === 'png' ? countPngFrames(bytes) : pages,
    hasProfile,
    hasBrokenProfile: profile === null && (found.hasProfile || (format === 'png' && bringsProfile(bytes))),
    isProgressive: found.isProgressive,
    largest: isGrey && !isPalette && bitsPerSample < 8 ? 2 ** bitsPerSample - 1 : 255,
  };
}

/** libvips' message in the reader's words. @throws ImageProblem always */
export function undecodable(error: unknown): never {
  if (error instanceof ImageProblem) throw error;
  const [reason] = (error as Error).message.split('\n');
  throw new ImageProblem(`cannot be decoded (${reason.replace(/^Input buffer /, '').replace(/[:.\s]+$/, '')})`);
}

const CHANNEL_NAMES: Record<number, string> = {
  1: 'grey',
  2: 'grey with transparency',
  3: 'colour',
  4: 'colour with transparency',
};

/** The end of a sentence that begins with what it is said of, such as `has 3 channels (colour)`. */
export const describeChannels = ({ channels, isCmyk }: Pick<ImageHeader, 'channels' | 'isCmyk'>): string =>
  `has ${channels} channel${channels === 1 ? '' : 's'} (${isCmyk ? 'CMYK, of print' : (CHANNEL_NAMES[channels] ?? 'unknown')})`;
