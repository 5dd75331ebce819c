import { dropoutStream, dropoutThreshold } from '../../numerics/dropout.ts';
import { MODE_NONE } from '../graph/modes.ts';
import {
  byKind,
  type DropoutNode,
  type OtherNode,
  type OtherNodeTable,
  type PlainNode,
  type PoolNode,
} from '../graph/nodes.ts';
import type { Tensor } from '../graph/tensor.ts';
import { dropout, dropoutBackward, dropoutBackwardInPlace } from './kernels/dropout.wgsl.ts';
import { add, copy, copyGradient, keepGradient } from './kernels/plain.wgsl.ts';
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from './kernels/pool.wgsl.ts';
import { type Binder, type Dispatch, dispatch, flatGroups } from './programs.ts';
import { rowsOf, type Tensors } from './tensors.ts';

/** What a node adds to each pass through the network. */
export interface NodeWork {
  forward: Dispatch[];
  backward: Dispatch[];
  /** Instead of `forward` in an evaluation. */
  evaluate: Dispatch[];
}

/** Every layer without parameters. @param index among the network's layers, which tells its dropouts apart */
export function otherWork(binder: Binder, node: OtherNode, tensors: Tensors, index: number): NodeWork {
  const { forward, backward } = byKind(WORK, node, binder, tensors, index);
  return { forward, backward, evaluate: forward };
}

type Work = Pick<NodeWork, 'forward' | 'backward'>;

const WORK: OtherNodeTable<Tensor, [binder: Binder, tensors: Tensors, index: number], Work> = {
  relu: plainWork,
  flatten: plainWork,
  add: plainWork,
  dropout: dropoutWork,
  'max-pool': poolWork,
  'average-pool': poolWork,
  'global-average-pool': poolWork,
};

function plainWork({ layer, inputs, output, backwardModes }: PlainNode, binder: Binder, tensors: Tensors): Work {
  const { stride } = tensors;
  const rows = rowsOf(output);
  const byValue = (vectors: number) => flatGroups(rows * vectors);
  const [values, others] = inputs.map(tensors.values);
  const outputs = tensors.values(output);
  const numbers = { rows, stride, rectified: output.rectified ? 1 : 0 };
  const forward =
    layer.kind === 'add'
      ? dispatch(binder, add, numbers, { inputs: values, others, outputs }, byValue)
      : dispatch(binder, copy, numbers, { inputs: values, outputs }, byValue);

  function gradientOf(i: number): Dispatch[] {
    const gradients = tensors.gradients(inputs[i]);
    const mode = backwardModes[i];
    const outputGradients = tensors.gradients(output);
    if (!gradients || !outputGradients || mode === MODE_NONE) return [];
    const from = { values: tensors.values(inputs[i]), gradients };
    const numbers = { rows, stride, mode };
    if (gradients === outputGradients) return [dispatch(binder, keepGradient, numbers, from, byValue)];
    return [dispatch(binder, copyGradient, numbers, { ...from, outputGradients }, byValue)];
  }
  // As `arrangeGradients` wants it: the second summand first, since the first may change what the sum left.
  return { forward: [forward], backward: inputs.map((_, i) => inputs.length - 1 - i).flatMap(gradientOf) };
}

function dropoutWork(
  { layer, inputs: [input], output, backwardModes: [mode] }: DropoutNode,
  binder: Binder,
  tensors: Tensors,
  index: number,
): Work {
  const rows = rowsOf(output);
  const numbers = {
    rows,
    stride: tensors.stride,
    threshold: dropoutThreshold(layer.rate),
    stream: dropoutStream(index),
    factor: 1 / (1 - layer.rate),
  };
  const byValue = (vectors: number) => flatGroups(rows * vectors);
  const values = tensors.values(input);
  const forward = [dispatch(binder, dropout, numbers, { inputs: values, outputs: tensors.values(output) }, byValue)];
  const gradients = tensors.gradients(input);
  const outputGradients = tensors.gradients(output);
  if (!gradients || !outputGradients) return { forward, backward: [] };
  const back =
    gradients === outputGradients
      ? dispatch(binder, dropoutBackwardInPlace, { ...numbers, mode }, { values, gradients }, byValue)
      : dispatch(binder, dropoutBackward, { ...numbers, mode }, { values, outputGradients, gradients }, byValue);
  return { forward, backward: [back] };
}

function poolWork(
  { layer, inputs: [input], output, backwardModes: [mode] }: PoolNode,
  binder: Binder,
  tensors: Tensors,
): Work {
  const [inputHeight, inputWidth, channels] = input.shape;
  const isGlobal = layer.kind === 'global-average-pool';
  const numbers = {
    inputHeight,
    inputWidth,
    outputHeight: output.shape[0],
    outputWidth: output.shape[1],
    channels,
    windowHeight: isGlobal ? inputHeight : layer.size,
    windowWidth: isGlobal ? inputWidth : layer.size,
    strideOfWindow: isGlobal ? 1 : layer.stride,
    padding: isGlobal ? 0 : layer.padding,
    stride: tensors.stride,
  };
  const values = tensors.values(input);
  const outputs = tensors.values(output);
  const gradients = tensors.gradients(input);
  const outputGradients = tensors.gradients(output);
  const byOutput = (vectors: number) => flatGroups(rowsOf(output) * vectors);
  const byInput = (vectors: number) => flatGroups(rowsOf(input) * vectors);
  const back = { ...numbers, mode };
  if (layer.kind !== 'max-pool')
    return {
      forward: [dispatch(binder, averagePool, numbers, { inputs: values, outputs }, byOutput)],
      backward:
        gradients && outputGradients
          ? [dispatch(binder, averagePoolBackward, back, { values, outputGradients, gradients }, byInput)]
          : [],
    };
  const words = rowsOf(output) * tensors.stride * 4;
  const winners = binder.memory.allocate(words, 'activations', `the winners of ${layer.name}`);
  return {
    forward: [dispatch(binder, maxPool, numbers, { inputs: values, outputs, winners }, byOutput)],
    backward:
      gradients && outputGradients
        ? [dispatch(binder, maxPoolBackward, back, { values, outputGradients, winners, gradients }, byInput)]
        : [],
  };
}
