/**
 * A layer's mask, `[out, in]`, as compressed sparse rows: the inputs of row r are
 * `columns[rowStarts[r] .. rowStarts[r + 1])`, ascending.
 */
export interface Mask {
  readonly outputs: number;
  readonly inputs: number;
  readonly rowStarts: Uint32Array;
  readonly columns: Uint32Array;
}

/** Positions `row * inputs + column`, ascending. Float64 is exact to 2^53, beyond any layer. */
export type Positions = Float64Array;

/** What one mask update did to one layer. A position may stand in both lists: dropped and grown at once. */
export interface LayerUpdate {
  layer: number;
  dropped: Positions;
  grown: Positions;
}

/**
 * What the trainer notes at a mask update beside the masks; docs/measures.md says how each is taken. One entry a layer,
 * in order. NaN where there is nothing to tell.
 */
export interface UpdateRecord {
  /** Mean loss over one sample of the update's batch just before and just after the rewiring. */
  lossBefore: number;
  lossAfter: number;
  layers: {
    /** Largest |w| among the dropped. */
    dropThreshold: number;
    /** Euclidean norm of the active weights' gradient of the update's batch. */
    gradientNorm: number;
    /** Class of |w| of every weight active before the update, in mask order (`magnitudeClassEdge`). */
    magnitudes: Uint8Array;
  }[];
}

/** What became of an update later. */
export interface UpdateAftermath {
  update: number;
  /** By layer, of the first batch after the rewiring. */
  gradientNorms?: number[];
  /** Steps until the training loss was back. */
  recoverySteps?: number;
}

/** Life of a position at an update. Codes of `MaskView.states`. */
export const MASK_STATES = ['kept', 'born', 'died', 'revived'] as const;
export type MaskState = (typeof MASK_STATES)[number];

/** A layer's mask at an update, and what the update did: every active or just-dead position with its state. */
export interface MaskView {
  runId: string;
  layer: number;
  layerName: string;
  /** 0 is the initial mask. */
  update: number;
  step: number;
  outputs: number;
  inputs: number;
  /** Image shape `[height, width, channels]` of the inputs, for a first layer; else null. */
  inputShape: [number, number, number] | null;
  /** Ascending. */
  positions: Float64Array;
  /** Ascending; dropped and grown again by this update, so active before and after it. `states` has them as kept. */
  regrown: Float64Array;
  /** Index into MASK_STATES, one per position. */
  states: Uint8Array;
  counts: Record<MaskState, number>;
  /** Active weights per input, `[inputs]`. */
  inputDegrees: Uint32Array;
}

export interface MaskTimeline {
  runId: string;
  layers: { name: string; outputs: number; inputs: number }[];
  /** Step of every update; entry 0 is the initial mask at step 0. */
  steps: number[];
  /** Whether what an update drops and grows at once keeps its value and momentum, and so goes on living. */
  regrownLiveOn: boolean;
}
