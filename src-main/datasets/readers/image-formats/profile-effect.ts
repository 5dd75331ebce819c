import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { loadDecoder } from '../decoder.ts';

/** Levels of each colour that are tried, in all their combinations. */
const LEVELS = 17;
/** A profile that moves no level further does what rounding does. */
const ROUNDING = 1;
/** Profiles of which the effect is remembered; files of one camera or program share theirs. */
const MOST_REMEMBERED = 256;

const effects = new Map<string, Promise<boolean>>();

/**
 * Whether converting by a colour profile changes colours. That of sRGB does not: such images are taken as they are stored,
 * and nothing is reported of it. Found by converting colours of the whole range.
 * @param profile that is usable
 */
export function changesColours(profile: Uint8Array, isGrey: boolean): Promise<boolean> {
  const key = `${isGrey ? 'grey' : 'colour'} ${createHash('sha256').update(profile).digest('hex')}`;
  const known = effects.get(key) ?? tryProfile(profile, isGrey);
  effects.set(key, known);
  const [oldest] = effects.keys();
  if (effects.size > MOST_REMEMBERED) effects.delete(oldest);
  return known;
}

async function tryProfile(profile: Uint8Array, isGrey: boolean): Promise<boolean> {
  const data = isGrey ? Uint8Array.from({ length: 256 }, (_, level) => level) : cube();
  const channels = isGrey ? 1 : 3;
  const png = encode({ height: 1, width: data.length / channels, channels, depth: 8, data });
  const sharp = await loadDecoder();
  const { data: converted } = await sharp(withProfile(png, profile))
    .toColourspace(isGrey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data.some((level, at) => Math.abs(level - converted[at]) > ROUNDING);
}

/** Red, green and blue of every combination. */
function cube(): Uint8Array {
  const level = (at: number): number => Math.round(((at % LEVELS) * 255) / (LEVELS - 1));
  return Uint8Array.from({ length: 3 * LEVELS ** 3 }, (_, at) => level(Math.floor(at / 3 / LEVELS ** (at % 3))));
}

/** Of a PNG: its signature, and the header with length, type and checksum (PNG specification, 5.2 and 11.2.1). */
const HEADER_END = 33;

/** The same PNG with a colour profile after its header (11.3.2.3: iCCP). */
function withProfile(png: Uint8Array, profile: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from('iCCPprofile\0\0', 'latin1'), deflateSync(profile)]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([png.subarray(0, HEADER_END), length, content, checksum, png.subarray(HEADER_END)]);
}
