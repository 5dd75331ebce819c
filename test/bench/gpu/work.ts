import type { EngineOptions } from '../../../src-main/engine/engine.ts';
import { outputPixels } from '../../../src-main/networks/accounting.ts';
import { INPUT, outputShapes } from '../../../src-main/networks/shapes.ts';
import { fanIn, isWeightLayer, prunableLayers } from '../../../src-main/networks/specification.ts';

/** What one training step cannot do without. */
export interface Work {
  /** Multiplications and additions with active weights: forward, back to every layer but the first, gradients. */
  flops: number;
  /**
   * Every operand of every product, norm, pool and sum, read or written once; ReLU rides along. A floor: what a kernel
   * reads twice, and does not find in a cache, comes on top.
   */
  bytes: number;
}

const BYTES_PER_WORD = 4;
/** Weight forward, weight back, gradient; then weight, momentum and gradient in, weight and momentum out. */
const WORDS_PER_WEIGHT = 3 + 5;
/** Where not all are active: which position a weight has, for the two products and the gradients. */
const WORDS_PER_INDEX = 3;

export function workOf({ network, state, largestBatch }: EngineOptions): Work {
  const pixels = outputPixels(network);
  const active = state.layers.map(({ mask }) => mask.columns.length);
  const flops = active.reduce((sum, count, at) => sum + 2 * count * pixels[at] * (at === 0 ? 2 : 3), 0);

  let words = 0;
  prunableLayers(network).forEach((layer, at) => {
    const isDense = active[at] === layer.outputs * fanIn(layer);
    words += active[at] * (WORDS_PER_WEIGHT + (isDense ? 0 : WORDS_PER_INDEX));
  });
  return { flops: flops * largestBatch, bytes: BYTES_PER_WORD * (words + largestBatch * activationWords(network)) };
}

/** Of one sample. */
function activationWords(network: EngineOptions['network']): number {
  const shapes = outputShapes(network);
  const sizeOf = (name: string) => shapes.get(name)!.reduce((product, side) => product * side, 1);
  let words = 0;
  let previous = INPUT;
  let isFirst = true;
  for (const layer of network.layers) {
    const inputs = sizeOf(layer.from ?? previous);
    const outputs = sizeOf(layer.name);
    previous = layer.name;
    if (isWeightLayer(layer)) {
      // Forward, gradients of the weights, and back.
      words += inputs + outputs + (inputs + outputs) + (isFirst ? 0 : inputs + outputs);
      isFirst = false;
    } else if (layer.kind === 'batch-norm') words += 2 * outputs + 3 * outputs;
    else if (layer.kind === 'max-pool') words += inputs + outputs + (inputs + outputs + inputs);
    else if (layer.kind === 'average-pool' || layer.kind === 'global-average-pool') words += 2 * (inputs + outputs);
    else if (layer.kind === 'add') words += 3 * outputs;
  }
  return words;
}
