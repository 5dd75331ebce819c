import type { Labels } from '../../contract/index.ts';
import type { Batch } from '../../engine/engine.ts';
import { symmetricBeta } from '../../numerics/beta.ts';
import { MIX_ONE } from '../../numerics/grey-levels.ts';
import { createStream, permutation } from '../../numerics/random.ts';
import type { OpenBatches } from './batches.ts';

/** How the images of one batch are mixed (mixup: Zhang et al. 2018). */
export interface Mixture {
  /** Of an image's own pixels and label, in 2^-16ths, at least half; the rest is its partner's. */
  share: number;
  /** The place in the batch of the image that is mixed into each. */
  partners: Uint32Array;
}

/**
 * What is drawn for the batch of optimiser step `step` (0 is the first) of `count` images: a share of Beta(alpha, alpha)
 * and a random order of the batch. The larger of both shares is taken for the image's own: with a share below 1/2 the
 * same mixed images would come in the inverse order, which is as likely, so that no expectation changes; and then the
 * own label is what an image shows most of.
 */
export function drawMixture(seed: number, alpha: number, step: number, count: number): Mixture {
  const drawn = symmetricBeta(createStream(seed, 'mixup share', step), alpha);
  return {
    share: Math.floor(Math.max(drawn, 1 - drawn) * MIX_ONE + 0.5),
    partners: permutation(createStream(seed, 'mixup partners', step), count),
  };
}

/** What a loss has to know of it. */
export function mixedLabels({ share, partners }: Mixture, labels: Labels): NonNullable<Batch['mixed']> {
  const ofPartners = labels.slice(0, partners.length);
  partners.forEach((partner, at) => (ofPartners[at] = labels[partner]));
  return { share: share / MIX_ONE, labels: ofPartners };
}

/** Batches whose pixels were mixed where they were made, along with the labels of the partners. */
export const withPartners =
  (openBatches: OpenBatches): OpenBatches =>
  (opening) => {
    const stream = openBatches(opening);
    const { order } = opening;
    if (order.kind !== 'training' || order.augmentation.mixup === 0) return stream;
    let step = order.firstStep;
    return {
      ...stream,
      async next() {
        const batch = await stream.next();
        const mixture = drawMixture(order.seed, order.augmentation.mixup, step++, batch.count);
        return { ...batch, mixed: mixedLabels(mixture, batch.labels) };
      },
    };
  };
