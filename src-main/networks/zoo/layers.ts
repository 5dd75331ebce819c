import type { BatchNormLayer, ConvolutionLayer, LinearLayer, PoolingLayer, ReluLayer } from '../specification.ts';

/** Short forms for writing networks down. */

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

export const batchNorm = (name: string, features: number, from?: string): BatchNormLayer => ({
  kind: 'batch-norm',
  name,
  features,
  ...(from === undefined ? {} : { from }),
});

export const relu = (name: string): ReluLayer => ({ kind: 'relu', name });

export const maxPool = (name: string, size: number, stride = size, padding = 0): PoolingLayer => ({
  kind: 'max-pool',
  name,
  size,
  stride,
  padding,
});
