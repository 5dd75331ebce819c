import type { Mask } from '../../contract/index.ts';
import { fanIn, type WeightLayer } from '../../networks/specification.ts';
import { entriesOfOutputs } from './index-lists.ts';
import {
  type Block,
  blockColumns,
  blockRows,
  denseBackward,
  denseForward,
  denseGradients,
} from './kernels/gemm.wgsl.ts';
import { type Binder, type Dispatch, dispatch } from './programs.ts';
import { splitsFor } from './splits.ts';
import type { WeightArithmetic, WeightBindings } from './weight-bindings.ts';

/** The largest block that a product of so many rows and columns more than half fills. */
function blockFor(rows: number, columns: number): Block {
  if (Math.min(rows, columns) <= 32) return { side: 8, rows: rows > 32 ? 2 : 1, columns: columns > 32 ? 2 : 1 };
  return { side: 16, rows: rows > 64 ? 2 : 1, columns: columns > 64 ? 2 : 1 };
}

/** Register-blocked products for a layer of which all weights are active. */
export function denseArithmetic(
  binder: Binder,
  bindings: WeightBindings,
  mask: Mask,
  weights: GPUBuffer,
): WeightArithmetic {
  const { memory } = binder;
  const { layer, geometry, inputs, outputs, outputGradients, inputGradients, columnTable } = bindings;
  const outputPixels = geometry.outputHeight * geometry.outputWidth;
  const inputPixels = geometry.inputHeight * geometry.inputWidth;
  const columnsOf = (pixels: number) => pixels * geometry.stride * 4;
  const buffers: GPUBuffer[] = [];

  /** Columns are pixels and samples, four samples to a vector. */
  const grid = (block: Block, rows: number, pixels: number) => (vectors: number) =>
    [Math.ceil((pixels * vectors * 4) / blockColumns(block)), Math.ceil(rows / blockRows(block)), 1] as const;

  const forwardBlock = blockFor(layer.outputs, columnsOf(outputPixels));
  const forward = dispatch(
    binder,
    denseForward(forwardBlock),
    {
      ...geometry,
      pixels: outputPixels,
      fanIn: fanIn(layer),
      rectified: bindings.rectified ? 1 : 0,
      hasBiases: layer.bias ? 1 : 0,
    },
    { table: columnTable, weights, biases: bindings.biases, inputs, outputs },
    grid(forwardBlock, layer.outputs, outputPixels),
  );

  function backwardTo(gradients: GPUBuffer): Dispatch {
    const entries = entriesOfOutputs(layer);
    const table = memory.upload(entries, 'plan', `the rows of ${layer.name}`);
    buffers.push(table);
    const block = blockFor(layer.inputs, columnsOf(inputPixels));
    return dispatch(
      binder,
      denseBackward(block),
      { ...geometry, pixels: inputPixels, fanIn: fanIn(layer), depth: entries.length, mode: bindings.backwardMode },
      { table, weights, outputGradients, values: inputs, gradients },
      grid(block, layer.inputs, inputPixels),
    );
  }

  const { splits, words, describe } = gradientProduct(bindings, layer.outputs);
  const gradients = memory.allocate(words, 'gradients', `the gradients of ${layer.name}`);
  buffers.push(gradients);
  return {
    forward: [forward],
    backward: inputGradients ? [backwardTo(inputGradients)] : [],
    weightGradients: [describe(binder, gradients, 0, mask.outputs)],
    gradients,
    splits,
    index: null,
    buffers,
  };
}

/** How large the dense gradient of so many rows is, and in how many splits and blocks it is worked out. */
export function gradientSizes(layer: WeightLayer, geometry: WeightBindings['geometry'], rows: number) {
  const columns = fanIn(layer);
  const pixels = geometry.outputHeight * geometry.outputWidth;
  const block = blockFor(rows, columns);
  const across = Math.ceil(columns / blockColumns(block));
  const down = (count: number) => Math.ceil(count / blockRows(block));
  const { splits, pixelsPerSplit } = splitsFor(across * down(rows), pixels, geometry.stride * 4, rows * columns);
  return { columns, pixels, block, across, down, splits, pixelsPerSplit, words: splits * rows * columns };
}

/** The dense gradient of up to `rows` outputs of a layer at a time, in splits. */
export function gradientProduct(bindings: WeightBindings, rows: number) {
  const { layer, geometry, inputs, outputGradients, columnTable } = bindings;
  const { columns, pixels, block, across, down, splits, pixelsPerSplit, words } = gradientSizes(layer, geometry, rows);
  return {
    splits,
    words,
    describe: (binder: Binder, gradients: GPUBuffer, firstRow: number, count: number): Dispatch =>
      dispatch(
        binder,
        denseGradients(block),
        { ...geometry, fanIn: columns, firstRow, rows: count, pixels, pixelsPerSplit },
        { table: columnTable, inputs, outputGradients, gradients },
        () => [across, down(count), splits],
      ),
  };
}
