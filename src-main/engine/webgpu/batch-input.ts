import { checkKept, checkPixels } from '../check-batch.ts';
import { type Batch, EngineError, type EngineOptions, type KeptBatch } from '../engine.ts';
import type { ImagesToKeep, KeptImages } from '../kept-images.ts';
import { wholeWords } from './batch.ts';
import { type CardImages, openCardImages, whyNotKept } from './card-images.ts';
import { pack } from './kernels/pack.wgsl.ts';
import { type Binder, type Dispatch, dispatch, flatGroups } from './programs.ts';

/** Where batches arrive on the card. */
export interface BatchInput {
  /** A word a sample: its own label, and in the upper half that of its partner. */
  labels: GPUBuffer;
  /**
   * Brings a batch to the card, behind all that was submitted before; its memory is free afterwards. Gives what has to
   * run before the network. @throws EngineError on a malformed batch
   */
  load(batch: Batch | KeptBatch): Dispatch[];
  keep(images: ImagesToKeep): Promise<{ images: KeptImages } | { reason: string }>;
}

/** Batches that bring their pixels take turns, so that the next one can be written while the last is still being read. */
const TURNS = 2;

const labelWords = ({ labels, mixed }: Batch | KeptBatch): Uint32Array<ArrayBuffer> =>
  Uint32Array.from(labels, (label, at) => label + 2 ** 16 * (mixed?.labels[at] ?? 0));

/** @param outputs the network's input: `[feature][sample]`, with `stride` vectors of four samples to a feature */
export function createBatchInput(
  binder: Binder,
  { network, mean, deviation, largestBatch }: EngineOptions,
  outputs: GPUBuffer,
  stride: number,
): BatchInput {
  const { memory, vectors } = binder;
  const { queue } = memory.device;
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const limits = { largestBatch, features, classes: network.classes };
  const labels = memory.allocate(4 * vectors, 'batch', 'the labels');
  const scales = memory.upload(
    Float32Array.from(deviation, (value) => 1 / (255 * value)),
    'plan',
    'the pixel scales',
  );
  const shifts = memory.upload(
    Float32Array.from(mean, (value, channel) => -value / deviation[channel]),
    'plan',
    'the pixel shifts',
  );
  const numbers = { features, channels: mean.length, stride };
  const buffers = Array.from({ length: TURNS }, () => {
    const pixels = memory.allocate(features * vectors, 'batch', 'the pixels');
    const read = dispatch(binder, pack, numbers, { pixels, scales, shifts, outputs }, (vectors) =>
      flatGroups(features * vectors),
    );
    return { pixels, read };
  });
  const kept = new Map<KeptImages, CardImages>();
  let turn = 0;

  return {
    labels,

    load(batch) {
      if ('pixels' in batch) {
        checkPixels(batch, limits);
        const { pixels, read } = buffers[turn];
        turn = (turn + 1) % TURNS;
        queue.writeBuffer(pixels, 0, wholeWords(batch.pixels));
        queue.writeBuffer(labels, 0, labelWords(batch));
        return [read];
      }
      checkKept(batch, limits);
      const images = kept.get(batch.images);
      if (!images) throw new EngineError('A batch names images that another engine keeps');
      const take = images.take(batch);
      queue.writeBuffer(labels, 0, labelWords(batch));
      return [...take, buffers[0].read];
    },

    async keep(images) {
      const { device } = memory;
      if (images.pixels.length !== images.count * features)
        throw new EngineError(
          `${images.count} images of ${features} values have ${images.count * features} bytes, not ${images.pixels.length}`,
        );
      const reason = whyNotKept(images.pixels.length, features, binder);
      if (reason) return { reason };
      device.pushErrorScope('out-of-memory');
      const opened = openCardImages(binder, images, network.inputShape, buffers[0].pixels);
      const full = await device.popErrorScope();
      if (full) return { reason: `the graphics memory is full (${full.message})` };
      kept.set(opened, opened);
      return { images: opened };
    },
  };
}
