import { MODE_PLAIN, MODE_RELU } from '../../graph/modes.ts';
import { fanIn, type WeightLayer } from '../../../networks/specification.ts';
import type { WeightNode } from '../graph.ts';
import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { SparseWeights } from '../sparse-weights.ts';
import type { Window } from '../window.ts';
import { createOperation, type Operation } from './operation.ts';

/** A sparse linear layer or convolution, with the ReLU after it where its output is rectified. */
export function weightsOperation(
  shared: SharedMemory,
  { layer, inputs: [input], output, backwardModes: [backwardMode] }: WeightNode,
  weights: SparseWeights,
  window: Window,
  { variant, threads, fused }: { variant: number; threads: number; fused: boolean },
): Operation {
  const passes = describePasses(shared, window);
  return createOperation(shared, layout.OPERATION_WEIGHTS, layout.WEIGHTS_WORDS, input, output, () => {
    const at = weights.addresses();
    // Every block of a layer with many pixels reads all of its input: as few blocks as keep the threads busy.
    const rows = fused ? window.turnedRows : layer.outputs;
    const perThread = Math.ceil((weights.activeCount() + rows) / ((fused ? 1 : 2) * threads));
    const onePixel = output.shape[0] * output.shape[1] === 1;
    return {
      [layout.OPERATION_FORWARD_MODE]: output.rectified ? MODE_RELU : MODE_PLAIN,
      [layout.OPERATION_BACKWARD_MODE]: backwardMode,
      [layout.WEIGHTS_STARTS]: at.starts,
      [layout.WEIGHTS_OFFSETS]: at.offsets,
      [layout.WEIGHTS_WEIGHTS]: at.weights,
      [layout.WEIGHTS_MOMENTA]: at.momenta,
      [layout.WEIGHTS_COLUMN_STARTS]: at.columnStarts,
      [layout.WEIGHTS_COLUMN_OFFSETS]: at.columnOffsets,
      [layout.WEIGHTS_COLUMN_WEIGHTS]: at.columnWeights,
      [layout.WEIGHTS_PERMUTATION]: at.permutation,
      [layout.WEIGHTS_BIASES]: at.biases,
      [layout.WEIGHTS_BIAS_MOMENTA]: at.biasMomenta,
      [layout.WEIGHTS_VARIANT]: variant,
      [layout.WEIGHTS_GRADIENTS]: 0,
      [layout.WEIGHTS_BIAS_GRADIENTS]: 0,
      [layout.WEIGHTS_STRIDE]: window.stride,
      [layout.WEIGHTS_PADDING]: window.padding,
      [layout.WEIGHTS_PASSES]: passes,
      [layout.WEIGHTS_PASS_COUNT]: window.passes.length,
      [layout.WEIGHTS_BLOCK]: onePixel ? layout.ROW_BLOCK : Math.min(perThread, layout.LARGEST_ROW_BLOCK),
      [layout.WEIGHTS_KERNEL]: kernelWord(window.kernel),
    };
  });
}

/** The passes of the way back, as the kernels read them. */
export function describePasses(shared: SharedMemory, { passes }: Window): number {
  const table = shared.allocate(passes.length * layout.PASS_WORDS * 4, 'plan');
  const words = shared.words(table, passes.length * layout.PASS_WORDS);
  passes.forEach((pass, i) => {
    const at = i * layout.PASS_WORDS;
    words[at + layout.PASS_FIRST_ROW] = pass.firstRow;
    words[at + layout.PASS_ROWS] = pass.rows;
    words[at + layout.PASS_Y] = pass.y;
    words[at + layout.PASS_X] = pass.x;
    words[at + layout.PASS_HEIGHT] = pass.height;
    words[at + layout.PASS_WIDTH] = pass.width;
    words[at + layout.PASS_WINDOW] = pass.window;
    words[at + layout.PASS_KERNEL] = kernelWord(pass.reach);
  });
  return table;
}

const kernelWord = ([height, width]: [number, number]) => height + width * 2 ** 16;

/** Bytes of each thread's scratch for a layer, however its weights are laid out: see SCRATCH in the layout. */
export function scratchBytes(layer: WeightLayer): number {
  const area = layer.kind === 'convolution' ? layer.kernel[0] * layer.kernel[1] : 1;
  const longestRow = Math.max(fanIn(layer), layer.outputs * area);
  const weights = layout.LARGEST_ROW_BLOCK + longestRow + 4;
  // A group has one weight at least and counts its row, or holds four.
  const groups = layout.LARGEST_ROW_BLOCK / 2 + longestRow / 4 + 4;
  return Math.ceil(groups) * layout.SCRATCH_GROUP_BYTES + weights * 4;
}
