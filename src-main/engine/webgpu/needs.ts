import { fanIn } from '../../networks/specification.ts';
import type { Graph, WeightNode } from '../graph/nodes.ts';
import type { Gradient } from '../graph/tensor.ts';
import { EngineError, type EngineOptions, type LayerState } from '../engine.ts';
import { chunkCountOf } from './index-lists.ts';
import { LEAST_BYTES, type Purpose } from './memory.ts';
import { normSizes } from './norm-layer.ts';
import { sparseSplits } from './weight-arithmetic-sparse.ts';
import { gradientSizes } from './weight-arithmetic-dense.ts';
import { geometryOf } from './weight-geometry.ts';
import { NORM_PARTS } from './kernels/norm.wgsl.ts';
import { LANES, rowsOf } from './tensors.ts';

/** A buffer that a network will have on the card. */
export interface Need {
  purpose: Purpose;
  /** `the outputs of conv1` */
  what: string;
  bytes: number;
}

/** What a network takes on the card from its first step to its last, before any of it is there; uniforms left out. */
export function needsOf(graph: Graph, { network, state, largestBatch, activations }: EngineOptions): Need[] {
  const samples = Math.ceil(largestBatch / LANES) * LANES;
  const needs: Need[] = [];
  const need = (purpose: Purpose, what: string, words: number) =>
    needs.push({ purpose, what, bytes: Math.max(LEAST_BYTES, words * 4) });
  const features = rowsOf(graph.input);
  const gradients = new Set<Gradient>();
  const tensor = (what: string, of: Graph['input']) => {
    const isHalf = activations === 'f16' && of !== graph.logits;
    need('activations', what, (rowsOf(of) * samples) / (isHalf ? 2 : 1));
    if (of.gradient && !gradients.has(of.gradient)) need('activations', `gradients of ${what}`, rowsOf(of) * samples);
    if (of.gradient) gradients.add(of.gradient);
  };
  tensor('the inputs', graph.input);
  for (let turn = 0; turn < 2; turn++) need('batch', 'the pixels', (features * samples) / 4);
  need('batch', 'the labels', samples);
  need('batch', 'the results', samples * 4);

  let weightLayer = 0;
  for (const node of graph.nodes) {
    const { layer, output } = node;
    tensor(`the outputs of ${layer.name}`, output);
    if (layer.kind === 'max-pool') need('activations', `the winners of ${layer.name}`, rowsOf(output) * samples);
    if (layer.kind === 'batch-norm') {
      const { chunks } = normSizes(node.inputs[0], layer.features, samples / 4);
      need('normalisation', `the parameters of ${layer.name}`, NORM_PARTS.length * layer.features);
      need('normalisation', `the coefficients of ${layer.name}`, 8 * layer.features);
      need('normalisation', `the sums of ${layer.name}`, 2 * layer.features * chunks);
    }
    if (layer.kind === 'linear' || layer.kind === 'convolution')
      weightNeeds(node as WeightNode, state.layers[weightLayer++], samples / 4, need);
  }
  need('plan', `the mean and deviation of ${network.name}`, 2 * network.inputShape[2]);
  return needs;
}

function weightNeeds(
  node: WeightNode,
  { mask }: LayerState,
  stride: number,
  need: (purpose: Purpose, what: string, words: number) => void,
): void {
  const { layer } = node;
  const { name } = layer;
  const count = mask.columns.length;
  const geometry = geometryOf(node, stride);
  const biases = layer.bias ? layer.outputs : 0;
  const flowsBack = node.inputs[0].gradient !== null;
  need('weights', `the weights of ${name}`, count);
  need('weights', `the momenta of ${name}`, count);
  need('weights', `the biases of ${name}`, biases);
  need('weights', `the bias momenta of ${name}`, biases);
  need('gradients', `the bias gradients of ${name}`, biases);
  need('plan', `the columns of ${name}`, fanIn(layer));
  if (count === mask.outputs * mask.inputs) {
    need('gradients', `the gradients of ${name}`, gradientSizes(layer, geometry, layer.outputs).words);
    if (flowsBack) need('plan', `the rows of ${name}`, layer.outputs * geometry.kernelHeight * geometry.kernelWidth);
    return;
  }
  const chunks = chunkCountOf(mask);
  need('weights', `the row starts of ${name}`, mask.outputs + 1);
  need('weights', `the columns of ${name}`, count);
  need('weights', `the pieces of rows of ${name}`, 3 * chunks);
  if (flowsBack) {
    need('weights', `the column starts of ${name}`, layer.inputs + 1);
    need('weights', `the rows of ${name}`, count);
    need('weights', `the permutation of ${name}`, count);
  }
  need('gradients', `the gradients of ${name}`, sparseSplits(geometry, chunks, count).splits * count);
}

/** @throws EngineError with the numbers where a buffer is larger than the device allows */
export function refuseWhatDoesNotFit(device: GPUDevice, network: string, needs: readonly Need[]): void {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const largest = needs.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  if (largest.bytes <= most) return;
  const remedy = largest.purpose === 'weights' ? 'A higher sparsity needs less.' : 'A smaller batch needs less.';
  throw new EngineError(
    `${network} does not fit the GPU: ${largest.what} need ${mebibytes(largest.bytes)} in one buffer, and this device ` +
      `allows ${mebibytes(most)}. ${describeNeeds(needs)} ${remedy}`,
  );
}

/** `In all it needs 96.0 MiB: activations 80.0, weights 16.0.` */
export function describeNeeds(needs: readonly Need[]): string {
  const byPurpose = new Map<Purpose, number>();
  for (const { purpose, bytes } of needs) byPurpose.set(purpose, (byPurpose.get(purpose) ?? 0) + bytes);
  const parts = [...byPurpose]
    .sort(([, a], [, b]) => b - a)
    .map(([purpose, bytes]) => `${purpose} ${inMebibytes(bytes)}`);
  const total = needs.reduce((sum, { bytes }) => sum + bytes, 0);
  return `In all it needs ${mebibytes(total)}: ${parts.join(', ')}.`;
}

const inMebibytes = (bytes: number) =>
  (bytes / 2 ** 20).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const mebibytes = (bytes: number) => `${inMebibytes(bytes)} MiB`;
