import type { Mask, Positions } from '../../contract/index.ts';
import { fanIn } from '../../networks/specification.ts';
import type { WeightNode } from '../graph/nodes.ts';
import { EngineError, type GradientsOf, type LayerState, requireCount } from '../engine.ts';
import { locate, locateActive, patternOf, indicesAfterDrop } from '../positions.ts';
import { entriesOfColumns, kernelOf } from './index-lists.ts';
import { LARGEST_KERNEL, MOST_CHANNELS } from './kernels/geometry.ts';
import { GROWN, rewire as rewireKernel } from './kernels/rewire.wgsl.ts';
import { biasGradients, sgd } from './kernels/sgd.wgsl.ts';
import { type Binder, type Dispatch, dispatch, flatGroups, submitPass } from './programs.ts';
import type { Tensors } from './tensors.ts';
import { denseArithmetic, gradientProduct } from './weight-arithmetic-dense.ts';
import { sparseArithmetic } from './weight-arithmetic-sparse.ts';
import { geometryOf } from './weight-geometry.ts';
import type { WeightArithmetic, WeightBindings } from './weight-bindings.ts';

export interface CardLayer {
  bindings: WeightBindings;
  mask(): Mask;
  arithmetic(): WeightArithmetic;
  /** In the order of a training step, after the forward pass: gradients further back, of the weights, the optimiser. */
  backward(): Dispatch[];
  activeWeights(): Promise<Float32Array>;
  biases(): Promise<Float32Array>;
  gradients(): Promise<{ weights: Float32Array; biases: Float32Array }>;
  /** Gradients of rows `firstRow` to `endRow` of the last training step, of active weights or of all positions. */
  gradientRows(vectors: number, firstRow: number, endRow: number, of: GradientsOf): Promise<Float32Array>;
  /** @throws EngineError where there are not as many as active weights */
  setWeights(values: Float32Array): void;
  state(): Promise<LayerState>;
  /** @throws EngineError as `Engine.rewire` does; then nothing is changed */
  rewire(dropped: Positions, grown: Positions): void;
}

/** @throws EngineError where the layer is beyond what entries can name, or beyond the device */
export function openWeightLayer(binder: Binder, node: WeightNode, state: LayerState, tensors: Tensors): CardLayer {
  const { memory } = binder;
  const bindings = bindingsOf(binder, node, state, tensors);
  const { layer, geometry } = bindings;
  const biasCount = layer.bias ? layer.outputs : 0;
  let mask = copyOf(state.mask);
  let weights = memory.upload(state.weights, 'weights', `the weights of ${layer.name}`);
  let momenta = memory.upload(state.momenta, 'weights', `the momenta of ${layer.name}`);
  const biasMomenta = memory.upload(state.biasMomenta, 'weights', `the bias momenta of ${layer.name}`);
  const ofBiases = memory.allocate(biasCount, 'gradients', `the bias gradients of ${layer.name}`);
  let arithmetic = arrange();
  let update = arrangeUpdate();
  const updateOfBiases = layer.bias ? arrangeUpdateOfBiases() : [];

  function arrange(): WeightArithmetic {
    const isDense = mask.columns.length === mask.outputs * mask.inputs;
    return (isDense ? denseArithmetic : sparseArithmetic)(binder, bindings, mask, weights);
  }

  function arrangeUpdate(): Dispatch {
    const { gradients, splits } = arithmetic;
    const count = mask.columns.length;
    const buffers = { gradients, values: weights, momenta };
    return dispatch(binder, sgd, { weights: count, splits }, buffers, () => flatGroups(count));
  }

  function arrangeUpdateOfBiases(): Dispatch[] {
    const { outputHeight, outputWidth, outputChannels: channels, stride } = geometry;
    const { outputGradients, biases } = bindings;
    const sums = { pixels: outputHeight * outputWidth, channels, stride };
    const descent = { gradients: ofBiases, values: biases, momenta: biasMomenta };
    return [
      dispatch(binder, biasGradients, sums, { outputGradients, gradients: ofBiases }, () => [channels, 1, 1]),
      dispatch(binder, sgd, { weights: channels, splits: 1 }, descent, () => flatGroups(channels)),
    ];
  }

  const reals = async (buffer: GPUBuffer, count: number) => new Float32Array(await memory.read(buffer, count));

  async function gradients() {
    const { gradients: parts, splits } = arithmetic;
    const count = mask.columns.length;
    const [all, biases] = await Promise.all([reals(parts, splits * count), reals(ofBiases, biasCount)]);
    return { weights: sumOfSplits(all, splits), biases };
  }

  async function gradientRows(vectors: number, firstRow: number, endRow: number, of: GradientsOf) {
    if (!(0 <= firstRow && firstRow < endRow && endRow <= mask.outputs))
      throw new EngineError(`Layer ${layer.name} has no rows from ${firstRow} to ${endRow}`);
    if (of === 'active') {
      const { rowStarts } = mask;
      return (await gradients()).weights.slice(rowStarts[firstRow], rowStarts[endRow]);
    }
    const product = gradientProduct(bindings, endRow - firstRow);
    const parts = memory.allocate(product.words, 'gradients', `gradients of all positions of ${layer.name}`);
    const work = product.describe(binder, parts, firstRow, endRow - firstRow);
    try {
      submitPass(memory.device, [work], vectors);
      return sumOfSplits(await reals(parts, product.words), product.splits);
    } finally {
      memory.free(parts);
      memory.free(work.parameters);
    }
  }

  function setWeights(values: Float32Array): void {
    requireCount(layer.name, values, mask.columns.length);
    memory.device.queue.writeBuffer(weights, 0, values as Float32Array<ArrayBuffer>);
  }

  function rewire(dropped: Positions, grown: Positions): void {
    const pattern = patternOf(layer.name, mask);
    const out = locateActive(dropped, 'dropped', pattern);
    const into = locate(grown, 'grown', pattern);
    const insertions = indicesAfterDrop(layer.name, grown, into, out.indices);
    const next = rewired(mask, out, { ...into, insertions });
    const count = next.mask.columns.length;
    const origins = memory.upload(next.origins, 'plan', 'the origins of weights');
    const newWeights = memory.allocate(count, 'weights', `the weights of ${layer.name}`);
    const newMomenta = memory.allocate(count, 'weights', `the momenta of ${layer.name}`);
    const buffers = { origins, oldWeights: weights, oldMomenta: momenta, newWeights, newMomenta };
    const move = dispatch(binder, rewireKernel, { weights: count }, buffers, () => flatGroups(count));
    submitPass(memory.device, [move], 0);
    const { forward, backward, weightGradients, buffers: ofMask } = arithmetic;
    const parameters = [...forward, ...backward, ...weightGradients, update, move].map(({ parameters }) => parameters);
    for (const buffer of [...parameters, ...ofMask, origins, weights, momenta]) memory.free(buffer);
    ({ mask } = next);
    [weights, momenta] = [newWeights, newMomenta];
    arithmetic = arrange();
    update = arrangeUpdate();
  }

  return {
    bindings,
    mask: () => copyOf(mask),
    arithmetic: () => arithmetic,
    backward: () => [...arithmetic.backward, ...arithmetic.weightGradients, update, ...updateOfBiases],
    activeWeights: () => reals(weights, mask.columns.length),
    biases: () => reals(bindings.biases, biasCount),
    gradients,
    gradientRows,
    setWeights,
    async state() {
      const now = copyOf(mask);
      const count = now.columns.length;
      const [ofWeights, ofMomenta, biases, biasMomentaNow] = await Promise.all([
        reals(weights, count),
        reals(momenta, count),
        reals(bindings.biases, biasCount),
        reals(biasMomenta, biasCount),
      ]);
      return { mask: now, weights: ofWeights, momenta: ofMomenta, biases, biasMomenta: biasMomentaNow };
    },
    rewire,
  };
}

/** Parts of a sum, added in the optimiser's order and rounded as it rounds. */
function sumOfSplits(parts: Float32Array, splits: number): Float32Array {
  const count = parts.length / splits;
  const sums = parts.slice(0, count);
  for (let split = 1; split < splits; split++) for (let k = 0; k < count; k++) sums[k] += parts[split * count + k];
  return sums;
}

const copyOf = ({ outputs, inputs, rowStarts, columns }: Mask): Mask => ({
  outputs,
  inputs,
  rowStarts: rowStarts.slice(),
  columns: columns.slice(),
});

function bindingsOf({ memory }: Binder, node: WeightNode, state: LayerState, tensors: Tensors): WeightBindings {
  const { layer, output } = node;
  const [input] = node.inputs;
  const [kernelHeight, kernelWidth] = kernelOf(layer);
  const most = Math.max(layer.inputs, layer.outputs);
  if (Math.max(kernelHeight, kernelWidth) > LARGEST_KERNEL)
    throw new EngineError(
      `The WebGPU engine cannot open ${layer.name}: its kernel of ${kernelHeight} x ${kernelWidth} is larger than ` +
        `${LARGEST_KERNEL} x ${LARGEST_KERNEL}`,
    );
  if (most >= MOST_CHANNELS || layer.outputs * fanIn(layer) >= 2 ** 32)
    throw new EngineError(
      `The WebGPU engine cannot open ${layer.name}: ${layer.outputs} x ${fanIn(layer)} weights are more than its ` +
        `indices of 32 bits can name`,
    );
  const columnEntries = entriesOfColumns(layer);
  return {
    layer,
    geometry: geometryOf(node, tensors.stride),
    inputs: tensors.values(input),
    outputs: tensors.values(output),
    outputGradients: tensors.gradients(output)!,
    inputGradients: tensors.gradients(input),
    backwardMode: node.backwardModes[0],
    rectified: output.rectified,
    biases: memory.upload(state.biases, 'weights', `the biases of ${layer.name}`),
    columnEntries,
    columnTable: memory.upload(columnEntries, 'plan', `the columns of ${layer.name}`),
  };
}

/** The mask without what is dropped and with what is grown, and where each of its weights was before. */
function rewired(
  { outputs, inputs, rowStarts, columns }: Mask,
  out: { indices: Uint32Array; rows: Uint32Array },
  into: { insertions: Uint32Array; rows: Uint32Array; columns: Uint32Array },
): { mask: Mask; origins: Uint32Array } {
  const count = columns.length - out.indices.length + into.insertions.length;
  const origins = new Uint32Array(count);
  const newColumns = new Uint32Array(count);
  let gone = 0;
  let grown = 0;
  let survivors = 0;
  let at = 0;
  const grow = () => {
    while (grown < into.insertions.length && into.insertions[grown] === survivors) {
      origins[at] = GROWN;
      newColumns[at++] = into.columns[grown++];
    }
  };
  for (let k = 0; k < columns.length; k++) {
    if (gone < out.indices.length && out.indices[gone] === k) {
      gone++;
      continue;
    }
    grow();
    origins[at] = k;
    newColumns[at++] = columns[k];
    survivors++;
  }
  grow();
  const change = new Int32Array(outputs + 1);
  out.rows.forEach((row) => change[row + 1]--);
  into.rows.forEach((row) => change[row + 1]++);
  const newStarts = new Uint32Array(outputs + 1);
  for (let row = 0; row < outputs; row++)
    newStarts[row + 1] = newStarts[row] + rowStarts[row + 1] - rowStarts[row] + change[row + 1];
  return { mask: { outputs, inputs, rowStarts: newStarts, columns: newColumns }, origins };
}
