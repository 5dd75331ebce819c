import type { NormNode } from '../graph/nodes.ts';
import type { NormState } from '../engine.ts';
import {
  NORM_PARTS,
  normBackward,
  normBackwardFinish,
  normBackwardInPlace,
  normBackwardStatistics,
  normEvaluate,
  normFinish,
  normForward,
  normStatistics,
} from './kernels/norm.wgsl.ts';
import type { NodeWork } from './node-work.ts';
import { type Binder, type Dispatch, dispatch, flatGroups } from './programs.ts';
import { rowsOf, type Tensors } from './tensors.ts';

/** Values of one channel that a workgroup sums, where there are so many. */
const CHUNK_VALUES = 8192;
const MOST_CHUNKS = 64;
/** Vectors that are worth a thread. */
const LEAST_VECTORS = 4;

export interface CardNorm extends NodeWork {
  state(): Promise<NormState>;
}

/** How the sums over a channel are shared out among workgroups. */
export function normSizes(input: NormNode['output'], channels: number, stride: number) {
  const pixels = rowsOf(input) / channels;
  const pixelsPerChunk = Math.max(Math.ceil(pixels / MOST_CHUNKS), Math.floor(CHUNK_VALUES / (stride * 4)), 1);
  return { pixels, pixelsPerChunk, chunks: Math.ceil(pixels / pixelsPerChunk) };
}

/** A batch norm, with the ReLU after it where its output is rectified. */
export function openNorm(binder: Binder, node: NormNode, state: NormState, tensors: Tensors): CardNorm {
  const { memory } = binder;
  const {
    layer: { features: channels, name },
    inputs: [input],
    output,
    backwardModes: [mode],
  } = node;
  const { stride } = tensors;
  const rows = rowsOf(input);
  const { pixels, pixelsPerChunk, chunks } = normSizes(input, channels, stride);
  const threads = Math.min(pixels, pixelsPerChunk) * stride >= 256 * LEAST_VECTORS ? 256 : 64;
  const all = new Float32Array(NORM_PARTS.length * channels);
  NORM_PARTS.forEach((part, i) => all.set(state[part], i * channels));
  const parameters = memory.upload(all, 'normalisation', `the parameters of ${name}`);
  const coefficients = memory.allocate(channels * 8, 'normalisation', `the coefficients of ${name}`);
  const partials = memory.allocate(chunks * channels * 2, 'normalisation', `the sums of ${name}`);
  const inputs = tensors.values(input);
  const outputs = tensors.values(output);
  const outputGradients = tensors.gradients(output)!;
  const gradients = tensors.gradients(input);

  const chunked = { pixels, channels, stride, pixelsPerChunk };
  const byChunk = () => [channels, chunks, 1] as const;
  const byChannel = () => [Math.ceil(channels / 64), 1, 1] as const;
  const byValue = (vectors: number) => flatGroups(rows * vectors);
  const toEnd = dispatch(
    binder,
    normForward,
    { rows, channels, stride, rectified: output.rectified ? 1 : 0 },
    { inputs, coefficients, outputs },
    byValue,
  );

  function backward(): Dispatch[] {
    if (!gradients) return [];
    const numbers = { rows, channels, stride, mode };
    if (gradients === outputGradients)
      return [dispatch(binder, normBackwardInPlace, numbers, { values: inputs, coefficients, gradients }, byValue)];
    const buffers = { values: inputs, coefficients, outputGradients, gradients };
    return [dispatch(binder, normBackward, numbers, buffers, byValue)];
  }

  const statistics = { inputs, outputGradients, coefficients, partials };
  return {
    forward: [
      dispatch(binder, normStatistics(threads), chunked, { inputs, partials }, byChunk),
      dispatch(binder, normFinish, { ...chunked, chunks }, { partials, parameters, coefficients }, byChannel),
      toEnd,
    ],
    backward: [
      dispatch(binder, normBackwardStatistics(threads), chunked, statistics, byChunk),
      dispatch(
        binder,
        normBackwardFinish,
        { pixels, channels, chunks },
        { partials, parameters, coefficients },
        byChannel,
      ),
      ...backward(),
    ],
    evaluate: [dispatch(binder, normEvaluate, { channels }, { parameters, coefficients }, byChannel), toEnd],
    async state() {
      const now = new Float32Array(await memory.read(parameters, all.length));
      const parts = NORM_PARTS.map((part, i) => [part, now.slice(i * channels, (i + 1) * channels)] as const);
      return Object.fromEntries(parts) as Record<keyof NormState, Float32Array>;
    },
  };
}
