import type { Metadata } from 'sharp';
import type { ImportChoices } from '../../contract/index.ts';
import { toGrey, type ValueScale } from '../values/scale.ts';
import { toChannels } from './colour-channels.ts';
import { loadDecoder } from './decoder.ts';
import { ImageProblem } from './image-problem.ts';
import { decodePlainPng, readPlainPng } from './plain-png.ts';

/** Names of the files that are taken for images. */
export const IMAGE_FILE = /\.(png|jpe?g|jpe|jfif|webp)$/i;

/** What every image of a dataset is made into. */
export interface ImageTarget {
  height: number;
  width: number;
  channels: 1 | 3;
  /** null: images of another size are refused. */
  resize: ImportChoices['resize'] | null;
  /** Whether images with other channels are converted; else they are refused. */
  converts: boolean;
  /** What becomes black and white of images with 16 bits a channel; null: such images are refused. */
  scale: ValueScale | null;
}

/** Where nothing else is said of 16 bits a channel. */
export const DEEP_SCALE: ValueScale = { low: 0, high: 65_535 };

/** Of an image; more is taken for a damaged header, or for a file that is meant to fill the memory. */
const MOST_PIXELS = 512_000_000;

export { ImageProblem, imageProblemOf } from './image-problem.ts';

const DECODING = { failOn: 'warning', limitInputPixels: MOST_PIXELS } as const;

const FIT = { stretch: 'fill', cover: 'cover', contain: 'contain' } as const;

/**
 * What the choices make of a dataset whose first image is this one.
 * @throws ImageProblem where it cannot be read, or has channels that need a choice
 */
export async function chooseTarget(first: Uint8Array, choices: ImportChoices): Promise<ImageTarget> {
  const found = await readMetadata(first);
  const [height, width] = choices.size ?? [found.height, found.width];
  const converts = choices.channels !== 'as-is';
  const channels = choices.channels === 'grey' ? 1 : choices.channels === 'rgb' ? 3 : found.channels;
  if (channels !== 1 && channels !== 3) throw new ImageProblem(`${describeChannels(channels)}; ${CHOOSE_CHANNELS}`);
  const scale = found.isDeep ? DEEP_SCALE : null;
  return { height, width, channels, converts, scale, resize: choices.size ? choices.resize : null };
}

/** The values of an image with 16 bits a channel, without transparency; null for any other. @throws ImageProblem */
export async function readDeepValues(bytes: Uint8Array): Promise<Uint16Array | null> {
  const found = await readMetadata(bytes);
  return found.isDeep ? await decodeDeep(bytes, found) : null;
}

/**
 * The pixels of an image file, `[height, width, channels]`, upright as its EXIF orientation says.
 * @throws ImageProblem that says what is wrong with it
 */
export async function decodeImage(bytes: Uint8Array, target: ImageTarget): Promise<Uint8Array> {
  const found = await readMetadata(bytes);
  const { height, width, channels, resize, converts } = target;
  if (resize === null && (found.height !== height || found.width !== width)) {
    throw new ImageProblem(
      `is ${found.height} × ${found.width}, but the first image is ${height} × ${width}; choose a size for all`,
    );
  }
  if (!converts && found.channels !== channels) {
    throw new ImageProblem(
      `${describeChannels(found.channels)}, but the first image ${describeChannels(channels)}; ${CHOOSE_CHANNELS}`,
    );
  }
  if (found.isDeep && target.scale === null) {
    throw new ImageProblem(
      'has 16 bits a channel, but the first image 8; say which values are black and white: --value-range=0,65535',
    );
  }
  const own = nativeChannels(found);
  const isSized = found.height === height && found.width === width;
  const plain = isSized && !found.isDeep ? decodePlainPng(bytes) : null;
  if (plain) return toChannels(plain, own, channels);
  const sharp = await loadDecoder();
  const image = found.isDeep
    ? sharp(toBytes(await decodeDeep(bytes, found), target.scale ?? DEEP_SCALE), {
        raw: { height: found.height, width: found.width, channels: own },
      })
    : sharp(bytes, DECODING);
  if (found.isTurned && !found.isDeep) image.autoOrient();
  if (resize !== null) image.resize(width, height, { fit: FIT[resize], background: 'black' });
  if (converts) image.removeAlpha();
  // Plain colour is what comes out by itself; grey would come out as colour.
  if (!found.isPlainColour || own === 1) image.toColourspace(own === 1 ? 'b-w' : 'srgb');
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true }).catch(unreadable);
  if (info.height !== height || info.width !== width || info.channels !== own) {
    throw new ImageProblem(`decodes to ${info.height} × ${info.width} × ${info.channels}, unlike its header says`);
  }
  return toChannels(ownMemory(data), own, channels);
}

/** The WebAssembly decoder answers with a view into its own memory, which it uses again once the view is forgotten. */
const ownMemory = (data: Buffer): Uint8Array =>
  (data.buffer as ArrayBufferLike) instanceof SharedArrayBuffer ? new Uint8Array(data) : data;

/** Upright, `[height, width, grey or three colours]`. */
async function decodeDeep(bytes: Uint8Array, found: FoundImage): Promise<Uint16Array> {
  const sharp = await loadDecoder();
  const image = sharp(bytes, DECODING);
  if (found.isTurned) image.autoOrient();
  const own = nativeChannels(found);
  image.removeAlpha().toColourspace(own === 1 ? 'grey16' : 'rgb16');
  const { data, info } = await image.raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true }).catch(unreadable);
  if (info.height !== found.height || info.width !== found.width || info.channels !== own) {
    throw new ImageProblem(`decodes to ${info.height} × ${info.width} × ${info.channels}, unlike its header says`);
  }
  return new Uint16Array(new Uint8Array(data).buffer);
}

const toBytes = (values: Uint16Array, scale: ValueScale): Uint8Array =>
  Uint8Array.from(values, (value) => toGrey(value, scale));

const CHOOSE_CHANNELS = 'choose grey or rgb for all';

const CHANNEL_NAMES: Record<number, string> = { 1: 'grey', 2: 'grey with transparency', 3: 'colour', 4: 'four' };
const describeChannels = (channels: number) =>
  `has ${channels} channel${channels === 1 ? '' : 's'} (${CHANNEL_NAMES[channels] ?? 'unknown'})`;

interface FoundImage {
  height: number;
  width: number;
  channels: number;
  isGrey: boolean;
  /** 16 bits a channel. */
  isDeep: boolean;
  /** Eight bits each of red, green and blue. */
  isPlainColour: boolean;
  isTurned: boolean;
}

/** What its header says. @throws ImageProblem also where it says more pixels than are read, before memory is taken */
async function readMetadata(bytes: Uint8Array): Promise<FoundImage> {
  const found = await readHeader(bytes);
  const { height, width } = found;
  if (height * width <= MOST_PIXELS) return found;
  throw new ImageProblem(
    `claims ${height} × ${width} pixels; at most ${MOST_PIXELS / 1e6} megapixels an image are read. Make it smaller, or ` +
      'leave it out',
  );
}

async function readHeader(bytes: Uint8Array): Promise<FoundImage> {
  if (bytes.length === 0) throw new ImageProblem('is empty (0 bytes)');
  const plain = readPlainPng(bytes);
  if (plain) {
    const isGrey = plain.channels === 1;
    return { ...plain, isGrey, isDeep: false, isPlainColour: !isGrey, isTurned: false };
  }
  const sharp = await loadDecoder();
  const found: Metadata = await sharp(bytes, { limitInputPixels: false }).metadata().catch(unreadable);
  const { autoOrient, channels, orientation = 1, space, depth } = found;
  const { height, width } = autoOrient;
  const isPlainColour = space === 'srgb' && depth === 'uchar' && channels === 3;
  const isGrey = space === 'b-w' || space === 'grey16';
  return { height, width, channels, isGrey, isDeep: depth === 'ushort', isPlainColour, isTurned: orientation > 1 };
}

/** Of what is decoded before it is given the channels that are wanted. */
const nativeChannels = ({ isGrey }: FoundImage): 1 | 3 => (isGrey ? 1 : 3);

function unreadable(error: unknown): never {
  const [reason] = (error as Error).message.split('\n');
  throw new ImageProblem(`cannot be decoded (${reason.replace(/^Input buffer /, '').replace(/[:.\s]+$/, '')})`);
}
