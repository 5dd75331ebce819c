import { MODE_PLAIN, MODE_RELU } from '../../graph/modes.ts';
import { dropoutStream, dropoutThreshold } from '../../../numerics/dropout.ts';
import type { DropoutNode, PlainNode } from '../graph.ts';
import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import { createOperation, type Operation, wordOf } from './operation.ts';

/** A sum, a flattening that could not be left out, or a ReLU that nobody could take in. */
export function plainOperation(
  shared: SharedMemory,
  { layer, inputs: [input, other], output, backwardModes }: PlainNode,
): Operation {
  const [backwardMode, otherMode] = backwardModes;
  if (layer.kind === 'add')
    return createOperation(shared, layout.OPERATION_ADD, layout.ADD_WORDS, input, output, () => ({
      [layout.OPERATION_FORWARD_MODE]: output.rectified ? MODE_RELU : MODE_PLAIN,
      [layout.OPERATION_BACKWARD_MODE]: backwardMode,
      [layout.ADD_OTHER]: other.address,
      [layout.ADD_OTHER_BACKWARD_MODE]: otherMode,
    }));
  const kind = layer.kind === 'relu' ? layout.OPERATION_RELU : layout.OPERATION_FLATTEN;
  return createOperation(shared, kind, layout.PLAIN_WORDS, input, output, () => ({
    [layout.OPERATION_BACKWARD_MODE]: backwardMode,
  }));
}

/** @param layerIndex among the network's layers: gives each dropout a stream of its own, see `numerics/dropout.ts` */
export function dropoutOperation(
  shared: SharedMemory,
  { layer, inputs: [input], output, backwardModes: [backwardMode] }: DropoutNode,
  layerIndex: number,
): Operation {
  return createOperation(shared, layout.OPERATION_DROPOUT, layout.DROPOUT_WORDS, input, output, () => ({
    [layout.OPERATION_BACKWARD_MODE]: backwardMode,
    [layout.DROPOUT_THRESHOLD]: dropoutThreshold(layer.rate),
    [layout.DROPOUT_FACTOR]: wordOf(1 / (1 - layer.rate)),
    [layout.DROPOUT_STREAM]: dropoutStream(layerIndex),
  }));
}
