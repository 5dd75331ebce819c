import type { RunConfiguration } from './configuration.ts';
import type { EngineMeasurement, EngineName } from './engines.ts';
import type { LayerUpdate, Mask, UpdateAftermath, UpdateRecord } from './masks.ts';
import type { MethodSource } from './method-files.ts';
import type { RunWarning } from './run-warnings.ts';
import type { RunPlan, RunProgress, SeriesPoint } from './runs.ts';

/** A number a sample: bytes where 256 classes or fewer are distinguished, else two bytes. */
export type Labels<B extends ArrayBufferLike = ArrayBufferLike> = Uint8Array<B> | Uint16Array<B>;

/** Images of one split, sample-major, in shared memory so that every run of a machine uses one copy. */
export interface ImageSplit {
  count: number;
  /** `[count, height * width * channels]`, 0 to 255. */
  pixels: Uint8Array<SharedArrayBuffer>;
  labels: Labels<SharedArrayBuffer>;
}

/** Images of one split that stay on disk and are read when a batch needs them. */
export interface StreamedSplit {
  count: number;
  labels: Labels<SharedArrayBuffer>;
  images: ImageLocation;
}

/**
 * files: encoded images, decoded and brought to the dataset's shape when read; file `i` of `folder` has the UTF-8 bytes
 * `starts[i]` to `starts[i + 1]` of `names`. pixels: one file that holds the decoded images one after the other, from
 * `position` on.
 */
export type ImageLocation =
  | {
      kind: 'files';
      folder: string;
      /** stretch ignores the proportions; cover cuts off what is beyond; contain adds black borders. */
      resize: 'stretch' | 'cover' | 'contain';
      /** The values of images with 16 bits a channel that become 0 and 255; all that fit where nothing is said. */
      scale?: { low: number; high: number } | null;
      names: Uint8Array<SharedArrayBuffer>;
      starts: Float64Array<SharedArrayBuffer>;
    }
  | { kind: 'pixels'; file: string; position: number };

export const isStreamed = (split: ImageSplit | StreamedSplit): split is StreamedSplit => 'images' in split;

export interface TrainingData {
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: number;
  /** Of the training split, per channel, on the 0 to 1 scale. */
  mean: number[];
  deviation: number[];
  /** Validation is taken from these by the run's seed and validation share; test is read once, at the end. */
  train: ImageSplit;
  test: ImageSplit;
  /** SHA-256 of what the dataset holds; a run goes on only on the same. */
  contentSha256?: string;
}

/** A dataset too large for memory. */
export interface StreamedData extends Pick<TrainingData, 'shape' | 'classes' | 'contentSha256'> {
  train: StreamedSplit;
  test: StreamedSplit;
}

/** What the lab hands a training worker. */
export interface TrainerStart {
  runId: string;
  configuration: RunConfiguration;
  /** Of a run whose method is a person's own. */
  methodSource?: MethodSource;
  /** `configuration.threads` with 0 resolved to this machine's cores. */
  threads: number;
  data: TrainingData | StreamedData;
  /** A checkpoint's bytes: go on from there instead of starting. */
  checkpoint: Uint8Array | null;
  /** Measures these engines on the run's network instead of training it; `data` has no images then. */
  measure?: { engines: EngineName[]; milliseconds: number };
}

/**
 * pause: checkpoint, then wait. cancel: evaluate what was reached, checkpoint, end. suspend: checkpoint and exit, to be
 * resumed by another worker later.
 */
export const CONTROL = { run: 0, pause: 1, cancel: 2, suspend: 3 } as const;

export interface TrainerResult {
  weightsHash: string;
  best: { validationAccuracy: number; epoch: number } | null;
  /** null where the run diverged before the test split was read. */
  final: { testAccuracy: number; testLoss: number } | null;
  rs: number;
  updates: number;
  steps: number;
  epochs: number;
  seconds: number;
  /** With the last masks' counts and the FLOPs of the masks it had. */
  plan: RunPlan;
}

/** A rule at work: what it decides, of which layer, at which update. */
export interface RuleAtWork {
  rule: 'counts' | 'drop' | 'grow';
  /** null: of all layers together. */
  layer: number | null;
  update: number;
}

/** From the training worker to the lab, in order. */
export type TrainerEvent =
  /** All that a trainer says that was asked to measure. */
  | ({ type: 'engines-measured' } & EngineMeasurement)
  | {
      type: 'started';
      plan: RunPlan;
      /** Over all layers, of the masks it starts or goes on with. */
      activeWeights: number;
      engine: string;
      engineTitle: string;
      threads: number;
      resumedAtStep: number;
    }
  /** The masks as they stand before the first step; not sent again by a resumed run. */
  | { type: 'initial-masks'; masks: Mask[] }
  | {
      type: 'mask-update';
      update: number;
      step: number;
      rs: number;
      /** Over all layers, after the update. */
      activeWeights: number;
      layers: LayerUpdate[];
      record: UpdateRecord;
    }
  | ({ type: 'update-aftermath' } & UpdateAftermath)
  | { type: 'points'; points: SeriesPoint[] }
  | { type: 'progress'; progress: RunProgress; seconds: number }
  | { type: 'paused' }
  | { type: 'resumed' }
  | { type: 'best'; validationAccuracy: number; epoch: number }
  | { type: 'checkpoint'; step: number; epoch: number; bytes: Uint8Array }
  /** A rule of a person's own method is at work; null once it is not. Never stored. */
  | { type: 'rule'; rule: RuleAtWork | null }
  | { type: 'log'; level: 'info' | 'warning' | 'error'; text: string }
  /** Stays with the run. */
  | { type: 'warning'; warning: RunWarning }
  /**
   * `cancelled` keeps what was reached; its result carries the accuracy of the weights at that point. `diverged` keeps
   * all but its weights: the last checkpoint before stays.
   */
  | { type: 'finished'; outcome: 'finished' | 'cancelled' | 'diverged'; result: TrainerResult }
  /** The worker exits; its last checkpoint stands at the step it had reached. */
  | { type: 'suspended' }
  /** `lostDevice`: the graphics device went away; the run can go on from its last checkpoint on a new one. */
  | { type: 'failed'; message: string; detail: string; lostDevice?: boolean };
