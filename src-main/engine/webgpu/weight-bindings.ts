import type { WeightLayer } from '../../networks/specification.ts';
import type { GEOMETRY } from './kernels/geometry.ts';
import type { Dispatch } from './programs.ts';

/** A weight layer's sizes, tensors and tables: what its kernels are bound to as long as the engine lives. */
export interface WeightBindings {
  layer: WeightLayer;
  /** Values of `GEOMETRY`. */
  geometry: Record<(typeof GEOMETRY)[number], number>;
  inputs: GPUBuffer;
  outputs: GPUBuffer;
  outputGradients: GPUBuffer;
  /** Null where no gradient flows further back. */
  inputGradients: GPUBuffer | null;
  backwardMode: number;
  rectified: boolean;
  biases: GPUBuffer;
  columnEntries: Uint32Array;
  /** The same on the card. */
  columnTable: GPUBuffer;
}

/** How one mask's weights are multiplied: all of it belongs to that mask and is freed with it. */
export interface WeightArithmetic {
  forward: Dispatch[];
  backward: Dispatch[];
  /** Leaves `[splits][active weights]` in `gradients`. */
  weightGradients: Dispatch[];
  gradients: GPUBuffer;
  splits: number;
  /** By output, on the card; null where all are active. */
  index: { starts: GPUBuffer; entries: GPUBuffer } | null;
  buffers: GPUBuffer[];
}
