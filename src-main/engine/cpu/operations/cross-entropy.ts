import {
  CROSS_ENTROPY_CLASSES,
  CROSS_ENTROPY_GRADIENT,
  CROSS_ENTROPY_LABELS,
  CROSS_ENTROPY_LOGITS,
  CROSS_ENTROPY_RESULTS,
  CROSS_ENTROPY_WORDS,
  OPERATION_CROSS_ENTROPY,
} from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import { createOperation, type Operation, type Tensor } from './operation.ts';

/** Softmax cross-entropy of the logits; leaves loss and hits of each tile in `results`. */
export function crossEntropyOperation(
  shared: SharedMemory,
  logits: Tensor,
  labels: number,
  results: number,
): Operation {
  return createOperation(shared, OPERATION_CROSS_ENTROPY, CROSS_ENTROPY_WORDS, () => ({
    [CROSS_ENTROPY_CLASSES]: logits.features,
    [CROSS_ENTROPY_LOGITS]: logits.values,
    [CROSS_ENTROPY_GRADIENT]: logits.gradients,
    [CROSS_ENTROPY_LABELS]: labels,
    [CROSS_ENTROPY_RESULTS]: results,
  }));
}
