import type { Mask } from '../../contract/index.ts';
import { indexLists } from './index-lists.ts';
import { sparseGradients } from './kernels/sddmm.wgsl.ts';
import { sparseBackward, sparseForward } from './kernels/spmm.wgsl.ts';
import { type Binder, dispatch, spreadGroups } from './programs.ts';
import { splitsFor } from './splits.ts';
import type { WeightArithmetic, WeightBindings } from './weight-bindings.ts';

/** Threads of a workgroup, where a layer has so many samples and pixels. */
const THREADS = 64;

/** @param count of active weights, in `chunks` pieces of rows */
export const sparseSplits = (
  { outputHeight, outputWidth, stride }: WeightBindings['geometry'],
  chunks: number,
  count: number,
) => splitsFor(chunks, outputHeight * outputWidth, stride * 4, count);

/** Work and memory follow the active weights. */
export function sparseArithmetic(
  binder: Binder,
  bindings: WeightBindings,
  mask: Mask,
  weights: GPUBuffer,
): WeightArithmetic {
  const { memory } = binder;
  const { layer, geometry, inputs, outputs, outputGradients, inputGradients } = bindings;
  const lists = indexLists(layer, mask, bindings.columnEntries);
  const count = mask.columns.length;
  const upload = (values: Uint32Array, what: string) => memory.upload(values, 'weights', `${what} of ${layer.name}`);
  const starts = upload(lists.starts, 'the row starts');
  const entries = upload(lists.entries, 'the columns');
  const chunks = upload(lists.chunks, 'the pieces of rows');
  const buffers = [starts, entries, chunks];

  const vectorsTogether = Math.min(THREADS, 2 ** Math.floor(Math.log2(geometry.stride)));
  const outputPixels = geometry.outputHeight * geometry.outputWidth;
  const inputPixels = geometry.inputHeight * geometry.inputWidth;
  const together = (pixels: number) => (pixels === 1 ? 1 : THREADS / vectorsTogether);
  const grid = (rows: number, pixels: number) => (vectors: number) =>
    [rows, Math.ceil(pixels / together(pixels)), Math.ceil(vectors / vectorsTogether)] as const;

  const forward = dispatch(
    binder,
    sparseForward(vectorsTogether, together(outputPixels)),
    {
      ...geometry,
      pixels: outputPixels,
      width: geometry.outputWidth,
      pixelsTogether: together(outputPixels),
      vectorsTogether,
      rectified: bindings.rectified ? 1 : 0,
      hasBiases: layer.bias ? 1 : 0,
    },
    { starts, entries, weights, biases: bindings.biases, inputs, outputs },
    grid(geometry.outputChannels, outputPixels),
  );

  const backward = inputGradients ? dispatchBackward(inputGradients) : [];
  function dispatchBackward(gradients: GPUBuffer) {
    const turned = {
      starts: upload(lists.turned.starts, 'the column starts'),
      entries: upload(lists.turned.entries, 'the rows'),
      permutation: upload(lists.turned.permutation, 'the permutation'),
    };
    buffers.push(...Object.values(turned));
    return [
      dispatch(
        binder,
        sparseBackward(vectorsTogether, together(inputPixels)),
        {
          ...geometry,
          pixels: inputPixels,
          width: geometry.inputWidth,
          pixelsTogether: together(inputPixels),
          vectorsTogether,
          mode: bindings.backwardMode,
        },
        { ...turned, weights, outputGradients, values: inputs, gradients },
        grid(geometry.inputChannels, inputPixels),
      ),
    ];
  }

  const chunkCount = lists.chunks.length / 3;
  const { splits, pixelsPerSplit } = sparseSplits(geometry, chunkCount, count);
  const gradients = memory.allocate(splits * count, 'gradients', `the gradients of ${layer.name}`);
  buffers.push(gradients);
  const [x, y] = spreadGroups(chunkCount);
  const weightGradients = dispatch(
    binder,
    sparseGradients,
    { ...geometry, chunks: chunkCount, weights: count, pixels: outputPixels, pixelsPerSplit, splits },
    { chunks, entries, inputs, outputGradients, gradients },
    () => [x, y, splits],
  );

  return {
    forward: [forward],
    backward,
    weightGradients: [weightGradients],
    gradients,
    splits,
    index: { starts, entries },
    buffers,
  };
}
