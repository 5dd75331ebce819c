import type sharp from 'sharp';
import { NO_ADDONS } from '../decoding-thread.ts';

type Decoder = typeof sharp;

let decoder: Promise<Decoder> | null = null;

/**
 * The image decoder, loaded when the first image needs it.
 * @throws Error in a thread of Electron that was not started with DECODING_THREAD: its native library could end the app
 */
export function loadDecoder(): Promise<Decoder> {
  decoder ??= load();
  return decoder;
}

async function load(): Promise<Decoder> {
  if (process.versions.electron !== undefined && !process.execArgv.includes(NO_ADDONS)) {
    throw new Error(`Image files are decoded in threads started with ${NO_ADDONS}; this one was not.`);
  }
  const { default: loaded } = await import('sharp');
  // Many small images at a time, each once: threads within an image and a cache of operations only cost.
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}
