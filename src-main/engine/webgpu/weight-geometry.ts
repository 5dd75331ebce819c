import type { WeightNode } from '../graph/nodes.ts';
import { kernelOf } from './index-lists.ts';
import type { GEOMETRY } from './kernels/geometry.ts';

/** @param stride vectors of four samples from one row of a tensor to the next */
export function geometryOf(
  { layer, inputs: [input], output }: WeightNode,
  stride: number,
): Record<(typeof GEOMETRY)[number], number> {
  const isLinear = layer.kind === 'linear';
  const [kernelHeight, kernelWidth] = kernelOf(layer);
  return {
    inputHeight: isLinear ? 1 : input.shape[0],
    inputWidth: isLinear ? 1 : input.shape[1],
    inputChannels: layer.inputs,
    outputHeight: output.shape[0],
    outputWidth: output.shape[1],
    outputChannels: layer.outputs,
    kernelHeight,
    kernelWidth,
    strideOfWindow: isLinear ? 1 : layer.stride,
    padding: isLinear ? 0 : layer.padding,
    stride,
  };
}
