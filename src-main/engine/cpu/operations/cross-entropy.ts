import {
  CROSS_ENTROPY_LABELS,
  CROSS_ENTROPY_PARTNERS,
  CROSS_ENTROPY_RESULTS,
  CROSS_ENTROPY_WORDS,
  OPERATION_BACKWARD_MODE,
  OPERATION_CROSS_ENTROPY,
} from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { Tensor } from '../tensor.ts';
import { createOperation, type Operation } from './operation.ts';

/** Softmax cross-entropy of the logits; leaves loss and hits of each tile in `results`. */
export function crossEntropyOperation(
  shared: SharedMemory,
  logits: Tensor,
  backwardMode: number,
  labels: number,
  partners: number,
  results: number,
): Operation {
  return createOperation(shared, OPERATION_CROSS_ENTROPY, CROSS_ENTROPY_WORDS, logits, null, () => ({
    [OPERATION_BACKWARD_MODE]: backwardMode,
    [CROSS_ENTROPY_LABELS]: labels,
    [CROSS_ENTROPY_PARTNERS]: partners,
    [CROSS_ENTROPY_RESULTS]: results,
  }));
}
