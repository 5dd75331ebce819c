import { DamagedHistoryError } from '../topology/history.ts';
import { StoreError } from './errors.ts';

/** A key frame stands at every multiple of this, so that any update opens after replaying fewer than this. */
export const KEY_FRAME_EVERY = 16;

/** Decodes a stored mask; where it is damaged, the error says whose it is. @param whose `of layer 0 (fc1) at update 3` */
export function naming<T>(whose: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DamagedHistoryError) && !(error instanceof RangeError)) throw error;
    throw new StoreError('damaged', `The stored mask ${whose} cannot be read: ${error.message}`);
  }
}
