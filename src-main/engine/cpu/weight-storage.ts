import type { Mask, Positions } from '../../contract/index.ts';
import type { WeightLayer } from '../../networks/specification.ts';
import type { GradientsOf, LayerState } from '../engine.ts';
import type { Pattern } from '../positions.ts';

/** Dense: a matrix with zeros, multiplied by register blocks. Sparse: lists of what is active. Both give the same bits. */
export type Storage = 'dense' | 'sparse';
export type ChooseStorage = (layer: WeightLayer, activeWeights: number) => Storage;

/** What the engine asks of a layer's weights, however they are kept. */
export interface WeightStorage {
  readonly layer: WeightLayer;
  activeCount(): number;
  mask(): Mask;
  activeWeights(): Float32Array;
  /** As many as are active, in mask order. */
  setWeights(weights: Float32Array): void;
  biases(): Float32Array;
  state(): LayerState;
  /** Room that the gradients of the weights take where a stage leaves them, and those of the active ones in mask order. */
  gradientBytes(): number;
  gradientsAt(address: number): Float32Array;
  /** Of the same, with the rest of a dense matrix as zeros. */
  gradientNormAt(address: number): number;
  /**
   * Where gradients take room for every position: bytes from row to row, and those of some rows that begin at an
   * address. null where they take room for active weights alone.
   */
  readonly denseRows: {
    bytes: number;
    gather(address: number, firstRow: number, endRow: number, of: GradientsOf): Float32Array;
  } | null;
  /** The layer's pattern as views: good until shared memory grows. */
  pattern(): Pattern;
  /**
   * Begins to rewire; null where that was done on the spot.
   * @throws EngineError as `Engine.rewire` does; then nothing is changed
   */
  rewiring(dropped: Positions, grown: Positions): Rewiring | null;
}

/** The rest of a rewiring, for any thread. */
export interface Rewiring {
  /** Address of the kernels' block for it. */
  job: number;
  /** To be called once the job was executed. @throws EngineError where it was refused; then nothing is changed */
  finish(): void;
}
