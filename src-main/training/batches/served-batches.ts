import type { ImageSplit, Labels, StreamedSplit } from '../../contract/index.ts';
import type { ImageShape } from '../../datasets/augmentation/image.ts';
import type { Samples } from '../../datasets/streaming/samples.ts';
import { createBatchMaker } from './batch-maker.ts';
import type { BatchOpening } from './batches.ts';
import { roomForLabels } from './label-room.ts';

/**
 * Batches for a trainer in another process, which shares no memory and reads no files: it asks in messages, and a few
 * batches are always on their way.
 */

/** One in use, one ready, one being made. */
export const BATCHES_AHEAD = 3;

export type ServedSplits = Record<'train' | 'test', ImageSplit | StreamedSplit>;

/** What a trainer may say of a stream: the split by name, so that no file can be named. */
export type ServedOpening = Omit<BatchOpening, 'split'> & { split: keyof ServedSplits };

export type BatchRequest =
  | { type: 'open'; stream: number; opening: ServedOpening }
  /** A batch was used: another one may be sent. */
  | { type: 'used'; stream: number }
  | { type: 'close'; stream: number };

export type BatchAnswer =
  | { type: 'batch'; stream: number; count: number; pixels: Uint8Array; labels: Labels }
  /** No batch follows. */
  | { type: 'ended'; stream: number; message: string };

export type OpenSamples = (
  split: ImageSplit | StreamedSplit,
  shape: ImageShape,
  cacheBytes: number,
) => Promise<Samples>;

/** Decoded images of a dataset on disk that a run keeps in memory. */
export const CACHE_BYTES = 256 * 2 ** 20;

interface Stream {
  room: number;
  isClosed: boolean;
  wake(): void;
}

/**
 * The side that makes batches. @param post must have read the message when it returns: its buffers are used again
 * @returns what hears the requests
 */
export function serveBatches(
  splits: ServedSplits,
  openSamples: OpenSamples,
  post: (answer: BatchAnswer) => void,
): (request: BatchRequest) => void {
  const streams = new Map<number, Stream>();

  async function serve(id: number, stream: Stream, { split, ...opening }: ServedOpening): Promise<void> {
    const { shape, batchSize } = opening;
    const bytes = shape[0] * shape[1] * shape[2];
    const samples = await openSamples(splits[split], shape, opening.order.kind === 'training' ? CACHE_BYTES : 0);
    try {
      const maker = createBatchMaker({ ...opening, split: splits[split] }, samples);
      const pixels = new Uint8Array(batchSize * bytes);
      const labels = roomForLabels(splits[split].labels, batchSize);
      for (let number = maker.first; number < maker.end; number++) {
        while (stream.room === 0 && !stream.isClosed) await new Promise<void>((resolve) => (stream.wake = resolve));
        if (stream.isClosed) return;
        const count = await maker.make(number, { pixels, labels });
        stream.room--;
        post({
          type: 'batch',
          stream: id,
          count,
          pixels: pixels.subarray(0, count * bytes),
          labels: labels.subarray(0, count),
        });
      }
      post({ type: 'ended', stream: id, message: `There is no batch ${maker.end}: ${maker.end} is the end.` });
    } finally {
      await samples.close();
    }
  }

  return (request) => {
    if (request.type === 'open') {
      const { stream: id, opening } = request;
      const stream: Stream = { room: BATCHES_AHEAD, isClosed: false, wake: () => undefined };
      streams.set(id, stream);
      serve(id, stream, opening).catch((error: unknown) =>
        post({ type: 'ended', stream: id, message: error instanceof Error ? error.message : String(error) }),
      );
      return;
    }
    const stream = streams.get(request.stream);
    if (!stream) return;
    if (request.type === 'used') stream.room++;
    else {
      stream.isClosed = true;
      streams.delete(request.stream);
    }
    stream.wake();
  };
}
