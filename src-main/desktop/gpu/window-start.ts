import {
  isStreamed,
  type GpuTrainerStart,
  type ImageSplit,
  type Labels,
  type StreamedSplit,
  type TrainerStart,
  type TrainingData,
} from '../../contract/index.ts';
import type { MethodOptions } from '../../training/rules/prepared-method.ts';

/** What a trainer in the hidden window is given: nothing that is shared with it, and no code. */
export function startInWindow({ methodSource, ...start }: TrainerStart): GpuTrainerStart {
  void methodSource;
  return { ...start, data: withoutSharedMemory(start.data) };
}

/** What the process with a person's own method is given of the run. */
export const methodOptions = ({ configuration, data, checkpoint, measure }: TrainerStart): MethodOptions => ({
  configuration,
  dataset: { shape: data.shape, classes: data.classes, trainCount: data.train.count },
  purpose: measure ? 'measure' : checkpoint ? 'resume' : 'start',
});

/**
 * Shared memory does not cross between processes: each run gets its own copy of the images. Of those on disk it gets the
 * labels: where they are is the other process's business.
 */
function withoutSharedMemory(data: TrainerStart['data']): TrainerStart['data'] {
  if (!isResident(data)) {
    const stub = ({ count, labels }: StreamedSplit): StreamedSplit => ({
      count,
      labels: copyOf(labels),
      images: { kind: 'pixels', file: '', position: 0 },
    });
    return { ...data, train: stub(data.train), test: stub(data.test) };
  }
  const copy = ({ count, pixels, labels }: ImageSplit): ImageSplit => ({
    count,
    pixels: copyOf(pixels),
    labels: copyOf(labels),
  });
  return { ...data, train: copy(data.train), test: copy(data.test) };
}

export const isResident = (data: TrainerStart['data']): data is TrainingData =>
  !isStreamed(data.train) && !isStreamed(data.test);

/** The type says shared for the sake of threads; across processes nothing is. */
export const copyOf = <T extends Labels>(numbers: T): T => numbers.slice() as T;
