import type { BatchNormLayer, ConvolutionLayer, LinearLayer, PoolingLayer, ReluLayer } from '../specification.ts';

/** Short forms for writing networks down. */

/** Weights `[outputs, inputs]`. */
export const linear = (name: string, inputs: number, outputs: number, bias = true): LinearLayer => ({
  kind: 'linear',
  name,
  inputs,
  outputs,
  bias,
});

/** Square kernels; `padding` keeps the size at stride 1 unless given. */
export const convolution = (
  name: string,
  inputs: number,
  outputs: number,
  size: number,
  options: { stride?: number; padding?: number; bias?: boolean; from?: string } = {},
): ConvolutionLayer => ({
  kind: 'convolution',
  name,
  inputs,
  outputs,
  kernel: [size, size],
  stride: options.stride ?? 1,
  padding: options.padding ?? (size - 1) / 2,
  bias: options.bias ?? false,
  ...(options.from === undefined ? {} : { from: options.from }),
});

/** Of `features` channels; takes the output of `from`, or of the layer before. */
export const batchNorm = (name: string, features: number, from?: string): BatchNormLayer => ({
  kind: 'batch-norm',
  name,
  features,
  ...(from === undefined ? {} : { from }),
});

/** max(x, 0), value by value. */
export const relu = (name: string): ReluLayer => ({ kind: 'relu', name });

/** Largest of `size` by `size` pixels; `stride` and `padding` in pixels. */
export const maxPool = (name: string, size: number, stride = size, padding = 0): PoolingLayer => ({
  kind: 'max-pool',
  name,
  size,
  stride,
  padding,
});
