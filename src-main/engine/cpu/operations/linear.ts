import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { SparseWeights } from '../sparse-weights.ts';
import { createOperation, type Operation, type Tensor } from './operation.ts';

/** A sparse linear layer, with the ReLU after it where its output is rectified. */
export function linearOperation(
  shared: SharedMemory,
  weights: SparseWeights,
  input: Tensor,
  output: Tensor,
  variant: number,
): Operation {
  return createOperation(shared, layout.OPERATION_LINEAR, layout.LINEAR_WORDS, () => {
    const at = weights.addresses();
    return {
      [layout.LINEAR_INPUTS]: input.features,
      [layout.LINEAR_OUTPUTS]: output.features,
      [layout.LINEAR_STARTS]: at.starts,
      [layout.LINEAR_OFFSETS]: at.offsets,
      [layout.LINEAR_WEIGHTS]: at.weights,
      [layout.LINEAR_MOMENTA]: at.momenta,
      [layout.LINEAR_COLUMN_STARTS]: at.columnStarts,
      [layout.LINEAR_COLUMN_OFFSETS]: at.columnOffsets,
      [layout.LINEAR_COLUMN_WEIGHTS]: at.columnWeights,
      [layout.LINEAR_PLACES]: at.places,
      [layout.LINEAR_BIASES]: at.biases,
      [layout.LINEAR_BIAS_MOMENTA]: at.biasMomenta,
      [layout.LINEAR_INPUT]: input.values,
      [layout.LINEAR_INPUT_GRADIENT]: input.gradients,
      [layout.LINEAR_OUTPUT]: output.values,
      [layout.LINEAR_OUTPUT_GRADIENT]: output.gradients,
      [layout.LINEAR_FORWARD_MODE]: output.rectified ? layout.MODE_RELU : layout.MODE_PLAIN,
      [layout.LINEAR_BACKWARD_MODE]: input.rectified ? layout.MODE_MASK : layout.MODE_PLAIN,
      [layout.LINEAR_VARIANT]: variant,
    };
  });
}
