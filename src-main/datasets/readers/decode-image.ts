import type { Metadata } from 'sharp';
import type { ImportChoices } from '../../contract/index.ts';
import { loadDecoder } from './decoder.ts';
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
}

/** An image cannot be used; the message is the end of a sentence that starts with the file's name. */
export class ImageProblem extends Error {
  override readonly name = 'ImageProblem';
}

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
  return { height, width, channels, converts, resize: choices.size ? choices.resize : null };
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
  const isSized = found.height === height && found.width === width;
  const plain = isSized && found.channels === channels ? decodePlainPng(bytes) : null;
  if (plain) return plain;
  const sharp = await loadDecoder();
  const image = sharp(bytes, { failOn: 'warning' });
  if (found.isTurned) image.autoOrient();
  if (resize !== null) image.resize(width, height, { fit: FIT[resize], background: 'black' });
  if (converts) image.removeAlpha();
  // Plain colour is what comes out by itself; grey would come out as colour.
  if (!found.isPlainColour || channels === 1) image.toColourspace(channels === 1 ? 'b-w' : 'srgb');
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true }).catch(unreadable);
  if (info.height !== height || info.width !== width || info.channels !== channels) {
    throw new ImageProblem(`decodes to ${info.height} × ${info.width} × ${info.channels}, unlike its header says`);
  }
  // The WebAssembly decoder answers with a view into its own memory, which it uses again once the view is forgotten.
  return (data.buffer as ArrayBufferLike) instanceof SharedArrayBuffer ? new Uint8Array(data) : data;
}

/** What keeps an image from being used, where reading or decoding it failed for that; @throws any other error again */
export function imageProblemOf(error: unknown): ImageProblem {
  if (error instanceof ImageProblem) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new ImageProblem(`cannot be read (${code})`);
}

const CHOOSE_CHANNELS = 'choose grey or rgb for all';

const CHANNEL_NAMES: Record<number, string> = { 1: 'grey', 2: 'grey with transparency', 3: 'colour', 4: 'four' };
const describeChannels = (channels: number) =>
  `has ${channels} channel${channels === 1 ? '' : 's'} (${CHANNEL_NAMES[channels] ?? 'unknown'})`;

interface FoundImage {
  height: number;
  width: number;
  channels: number;
  /** Eight bits each of red, green and blue. */
  isPlainColour: boolean;
  isTurned: boolean;
}

async function readMetadata(bytes: Uint8Array): Promise<FoundImage> {
  if (bytes.length === 0) throw new ImageProblem('is empty (0 bytes)');
  const plain = readPlainPng(bytes);
  if (plain) return { ...plain, isPlainColour: plain.channels === 3, isTurned: false };
  const sharp = await loadDecoder();
  const found: Metadata = await sharp(bytes).metadata().catch(unreadable);
  const { autoOrient, channels, orientation = 1, space, depth } = found;
  const { height, width } = autoOrient;
  const isPlainColour = space === 'srgb' && depth === 'uchar' && channels === 3;
  return { height, width, channels, isPlainColour, isTurned: orientation > 1 };
}

function unreadable(error: unknown): never {
  const [reason] = (error as Error).message.split('\n');
  throw new ImageProblem(`cannot be decoded (${reason.replace(/^Input buffer /, '').replace(/[:.\s]+$/, '')})`);
}
