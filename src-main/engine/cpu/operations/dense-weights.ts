import { MODE_PLAIN, MODE_RELU } from '../../graph/modes.ts';
import { fanIn } from '../../../networks/specification.ts';
import type { DenseWeights } from '../dense-weights.ts';
import type { WeightNode } from '../graph.ts';
import * as dense from '../kernels/gemm-layout.ts';
import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { Window } from '../window.ts';
import { createOperation, type Operation } from './operation.ts';
import { describePasses } from './weights.ts';

/** A linear layer or convolution in dense storage, with the ReLU after it where its output is rectified. */
export function denseOperation(
  shared: SharedMemory,
  { layer, inputs: [input], output, backwardModes: [backwardMode] }: WeightNode,
  weights: DenseWeights,
  window: Window,
  threads: number,
): Operation {
  const { rowBytes } = weights.addresses();
  const columns = fanIn(layer);
  const offsets = shared.allocate(columns * 4, 'plan');
  shared.words(offsets, columns).forEach((_, column, view) => (view[column] = window.offsetOf(column)));
  const passes = describePasses(shared, window);
  const terms = input.gradient ? describeTerms(shared, layer.kind, layer.outputs, window, rowBytes) : 0;
  const scratch = shared.allocate(threads * dense.DENSE_SCRATCH_BYTES, 'plan');
  const area = layer.kind === 'convolution' ? layer.kernel[0] * layer.kernel[1] : 1;
  return createOperation(shared, dense.OPERATION_DENSE, dense.DENSE_WORDS, input, output, () => {
    const at = weights.addresses();
    return {
      [layout.OPERATION_FORWARD_MODE]: output.rectified ? MODE_RELU : MODE_PLAIN,
      [layout.OPERATION_BACKWARD_MODE]: backwardMode,
      [layout.WEIGHTS_STARTS]: 0,
      [layout.WEIGHTS_OFFSETS]: 0,
      [layout.WEIGHTS_WEIGHTS]: at.weights,
      [layout.WEIGHTS_MOMENTA]: at.momenta,
      [layout.WEIGHTS_BIASES]: at.biases,
      [layout.WEIGHTS_BIAS_MOMENTA]: at.biasMomenta,
      [layout.WEIGHTS_GRADIENTS]: 0,
      [layout.WEIGHTS_BIAS_GRADIENTS]: 0,
      [layout.WEIGHTS_STRIDE]: window.stride,
      [layout.WEIGHTS_PADDING]: window.padding,
      [layout.WEIGHTS_PASSES]: passes,
      [layout.WEIGHTS_PASS_COUNT]: window.passes.length,
      [dense.DENSE_ROW_BYTES]: rowBytes,
      [dense.DENSE_ACTIVE]: at.active,
      [dense.DENSE_OFFSETS]: offsets,
      [dense.DENSE_FAN_IN]: columns,
      [dense.DENSE_CHANNEL_BYTES]: area * 4,
      [dense.DENSE_PASS_TERMS]: terms,
      [dense.DENSE_SCRATCH]: scratch,
    };
  });
}

/**
 * The terms of every pass's sums in the order in which the sparse kernels take them: output by output, and the kernel
 * positions of each in order. @returns address of the passes' entries
 */
function describeTerms(
  shared: SharedMemory,
  kind: WeightNode['layer']['kind'],
  outputs: number,
  { passes, positions, channels }: Window,
  rowBytes: number,
): number {
  // To a linear layer all its inputs are channels of one pixel, a run of them for each pass.
  const linear = kind === 'linear';
  const entries = shared.allocate(passes.length * dense.PASS_TERMS_WORDS * 4, 'plan');
  const described = new Map<number, { address: number; count: number }>();
  passes.forEach((pass, i) => {
    const block = linear ? 0 : pass.firstRow / channels;
    const here = linear
      ? [{ offset: 0, weight: 0 }]
      : positions.flatMap((position, index) =>
          position.block === block ? { offset: position.offset, weight: index * 4 } : [],
        );
    let terms = described.get(block);
    if (!terms) {
      const count = outputs * here.length;
      terms = { address: shared.allocate(count * dense.TERM_WORDS * 4, 'plan'), count };
      const words = shared.words(terms.address, count * dense.TERM_WORDS);
      let at = 0;
      for (let row = 0; row < outputs; row++)
        for (const { offset, weight } of here) {
          words[at++] = offset + row * layout.TILE_BYTES;
          words[at++] = row * rowBytes + weight;
        }
      described.set(block, terms);
    }
    const words = shared.words(entries, passes.length * dense.PASS_TERMS_WORDS);
    words[i * dense.PASS_TERMS_WORDS + dense.PASS_TERMS] = terms.address;
    words[i * dense.PASS_TERMS_WORDS + dense.PASS_TERM_COUNT] = terms.count;
    words[i * dense.PASS_TERMS_WORDS + dense.PASS_FIRST_WEIGHT] = linear ? pass.firstRow * 4 : 0;
  });
  return entries;
}
