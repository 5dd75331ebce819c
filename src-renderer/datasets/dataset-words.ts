import type { DatasetDescription } from '../../src-main/contract/index.ts';

export const STATE_WORDS: Record<DatasetDescription['state'], string> = {
  ready: 'Ready',
  available: 'Prepared on first use',
  missing: 'Not here',
};

/** `28 × 28` or `32 × 32 × 3`. */
export const shapeWords = ([height, width, channels]: DatasetDescription['shape']): string =>
  `${height} × ${width}${channels > 1 ? ` × ${channels}` : ''}`;

const CHANNEL_NAMES: Record<number, readonly string[]> = { 1: ['Grey'], 3: ['Red', 'Green', 'Blue'] };

export const channelName = (channel: number, channels: number): string =>
  CHANNEL_NAMES[channels]?.[channel] ?? `Channel ${channel + 1}`;
