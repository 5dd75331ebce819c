import { mixedGrey } from '../../numerics/grey-levels.ts';

/**
 * Mixes into each image of a batch its partner, as both are otherwise finished.
 * @param bytes of one image
 * @param partners the index of each image's partner
 * @param share of the own pixels, in 2^-16ths
 */
export function mixImages(
  source: Uint8Array,
  target: Uint8Array,
  bytes: number,
  partners: Uint32Array,
  share: number,
): void {
  for (let at = 0; at < partners.length; at++) {
    const [own, other] = [at * bytes, partners[at] * bytes];
    for (let i = 0; i < bytes; i++) target[own + i] = mixedGrey(source[own + i], source[other + i], share);
  }
}
