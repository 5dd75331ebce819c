import { OPERATION_RELU, RELU_FEATURES, RELU_INPUT, RELU_OUTPUT, RELU_WORDS } from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import { createOperation, type Operation, type Tensor } from './operation.ts';

/** A ReLU on the network's input; those after a linear layer are part of it. */
export function reluOperation(shared: SharedMemory, input: Tensor, output: Tensor): Operation {
  return createOperation(shared, OPERATION_RELU, RELU_WORDS, () => ({
    [RELU_FEATURES]: input.features,
    [RELU_INPUT]: input.values,
    [RELU_OUTPUT]: output.values,
  }));
}
