import { type Labels, type Mask, type Positions, ReadableError } from '../contract/index.ts';
import type { NetworkSpecification } from '../networks/specification.ts';
import type { ImageChanges, ImagesToKeep, KeptImages } from './kept-images.ts';

/**
 * Arithmetic behind one interface. The trainer decides *when*, topology decides *what*, an engine does it.
 * `layer` is an index into `prunableLayers(network)`. All promises of one engine settle in the order of the calls.
 */
export interface Engine {
  readonly description: EngineDescription;

  /**
   * How many training steps or evaluations may be asked for before the first of them has its result. The batch's memory
   * is free again as soon as each call has returned. Absent: one at a time, whose batch must stay until its result is there.
   */
  readonly stepsAhead?: number;

  /** One forward, backward and optimiser step on active weights only. @throws EngineError on a malformed batch */
  trainStep(batch: Batch | KeptBatch, step: StepSettings): Promise<BatchResult>;

  /** Forward only, no state changed. */
  evaluate(batch: Batch | KeptBatch): Promise<BatchResult>;

  /**
   * Keeps images where the arithmetic is, for batches that only name them; or says why not, and then batches bring their
   * pixels. Absent where an engine works on the machine's own memory.
   */
  keepImages?(images: ImagesToKeep): Promise<{ images: KeptImages } | { reason: string }>;

  /** The layer's mask as it stands; a copy. */
  mask(layer: number): Promise<Mask>;

  /** How many weights of the layer are active. */
  activeCount(layer: number): Promise<number>;

  /** Active weights in mask order; a copy. */
  activeWeights(layer: number): Promise<Float32Array>;

  /** Biases `[out]`; empty where the layer has none. A copy. */
  biases(layer: number): Promise<Float32Array>;

  /**
   * Gradients of the mean loss of the last `trainStep` batch at the weights before that step, without weight decay:
   * active positions in mask order, and biases. Valid until the next `trainStep`, `evaluate` or `rewire`.
   */
  gradients(layer: number): Promise<{ weights: Float32Array; biases: Float32Array }>;

  /** ||g||_2 of the same gradients of the active weights, where an engine need not copy them for it. Same lifetime. */
  gradientNorm?(layer: number): Promise<number>;

  /**
   * The same gradients of the weights of rows `firstRow` to `endRow` (exclusive), stored for these rows alone: of the
   * active ones in mask order, or of all positions `[rows, inputs]`. Absent where an engine cannot. Same lifetime.
   * @throws EngineError where there are no such rows
   */
  gradientRows?(layer: number, firstRow: number, endRow: number, of: GradientsOf): Promise<Float32Array>;

  /**
   * The positions, ascending, of the `count` largest gradient magnitudes of the last `trainStep` batch among those that
   * are inactive once `dropped` is taken out of the mask (so the dropped are candidates), found block by block: no dense
   * gradient is stored. Zero gradients are never candidates, so fewer than `count` may come back. `tieSeed` decides
   * between equal magnitudes. Same lifetime as `gradients`.
   * @param dropped ranks among the active weights, ascending
   * @throws EngineError where there are no such ranks
   */
  largestInactiveGradients(layer: number, count: number, dropped: Uint32Array, tieSeed: number): Promise<Positions>;

  /**
   * Takes `dropped` out of the mask, then puts `grown` in. Surviving weights keep value and momentum; grown ones start
   * at zero with zero momentum, also where they were dropped by the same call.
   * @throws EngineError where a dropped position is not active, or a grown one is
   */
  rewire(layer: number, dropped: Positions, grown: Positions): Promise<void>;

  /**
   * The same for several layers, each named once, where an engine does better with all of them than one after the other.
   * @throws EngineError as `rewire` does; layers that were not refused may be rewired then
   */
  rewireLayers?(changes: readonly LayerChange[]): Promise<void>;

  /**
   * Replaces the active weights of a layer, in mask order; momenta stay, and so do the last step's gradients. Absent
   * where an engine cannot.
   * @throws EngineError where there are not as many as active weights
   */
  setWeights?(layer: number, weights: Float32Array): Promise<void>;

  /** Everything that training changes, bit for bit: masks, weights, momenta, biases and theirs, batch norms. */
  snapshot(): Promise<EngineSnapshot>;

  close(): Promise<void>;
}

export interface LayerChange {
  layer: number;
  dropped: Positions;
  grown: Positions;
}

export type GradientsOf = 'active' | 'all';

export interface EngineDescription {
  id: string;
  /** For the reader: `CPU, relaxed SIMD, 2 threads`. */
  title: string;
  threads: number;
}

/** What an engine starts from: a fresh network, or a snapshot's content. */
export interface EngineSnapshot {
  /** One for each of `prunableLayers(network)`. */
  layers: LayerState[];
  /** One for each batch norm of the network, in order. */
  norms: NormState[];
}

export interface LayerState {
  mask: Mask;
  /** In mask order. */
  weights: Float32Array;
  momenta: Float32Array;
  biases: Float32Array;
  biasMomenta: Float32Array;
}

/** A batch norm over `[features]`; the variance is the unbiased one, as PyTorch keeps it. */
export interface NormState {
  scale: Float32Array;
  shift: Float32Array;
  scaleMomenta: Float32Array;
  shiftMomenta: Float32Array;
  runningMean: Float32Array;
  runningVariance: Float32Array;
}

/** Batch norm's epsilon, and the share of a batch in the running statistics (PyTorch's defaults). */
export const NORM_EPSILON = 1e-5;
export const NORM_MOMENTUM = 0.1;

export interface EngineOptions {
  network: NetworkSpecification;
  state: EngineSnapshot;
  largestBatch: number;
  /** Inputs become `(pixel / 255 - mean[channel]) / deviation[channel]`. */
  mean: number[];
  deviation: number[];
  labelSmoothing: number;
  threads: number;
  /** f32 unless given. */
  activations?: ActivationStorage;
}

/**
 * How an engine stores what layers hand to each other; f16 rounds each value to 11 bits. Sums, weights, momenta and
 * gradients are always f32.
 */
export type ActivationStorage = 'f32' | 'f16';

/** `[count, inputs]` sample-major, pixels 0 to 255. */
export interface Batch {
  count: number;
  pixels: Uint8Array;
  labels: Labels;
  /** Where each image was mixed with another one; the pixels are those of the mixture. */
  mixed?: MixedLabels;
}

/**
 * The loss is `share` CE(label) + (1 - share) CE(partner's label), each with the label smoothing; a sample is correct by
 * its own label.
 */
export interface MixedLabels {
  /** Of the own label, 0 to 1. */
  share: number;
  /** Of the partners, one for each sample. */
  labels: Labels;
}

/** Images that the engine keeps, by their index among them. */
export interface KeptBatch {
  count: number;
  images: KeptImages;
  samples: Uint32Array;
  /** One for each sample; null where they stay as they are. */
  changes: readonly ImageChanges[] | null;
  labels: Labels;
  /** Where each image, once changed, is to be mixed with another one of the batch. */
  mixed?: MixedLabels & Mixing;
}

export interface Mixing {
  /** Of the own pixels, in 2^-16ths (`numerics/grey-levels.ts`). */
  wholeShare: number;
  /** The index of each image's partner in the batch. */
  partners: Uint32Array;
}

/** Stochastic gradient descent: v <- momentum v + g + decay w; w <- w - rate (nesterov ? g + decay w + momentum v : v). */
export interface StepSettings {
  learningRate: number;
  momentum: number;
  nesterov: boolean;
  /** Applied to weights, biases and batch norms alike, as the reference does (itop.md 1.1). */
  weightDecay: number;
  /** Which features dropout drops at this step; 32 bits. */
  dropoutSeed: number;
}

/** A step that moves no weight: for its gradients, or for its time. */
export const STEP_AT_REST: StepSettings = {
  learningRate: 0,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  dropoutSeed: 0,
};

export interface BatchResult {
  /** Mean cross-entropy over the batch (with the label smoothing in `trainStep`, without it in `evaluate`). */
  loss: number;
  correct: number;
}

export class EngineError extends ReadableError {
  override readonly name: string = 'EngineError';
}

/** The device went away: another engine can go on from the last checkpoint. */
export class LostDeviceError extends EngineError {
  override readonly name = 'LostDeviceError';
}

/** For `setWeights`. @throws EngineError where there are not as many weights as active ones */
export function requireCount(layer: string, weights: Float32Array, active: number): void {
  if (weights.length !== active)
    throw new EngineError(`Layer ${layer} has ${active} active weights, not ${weights.length}`);
}
