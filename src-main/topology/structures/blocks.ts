import type { RunConfiguration } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { sizeOf } from '../distributions/index.ts';
import { refuseUndivided, type MaskStructure } from './structure.ts';

/** A configuration of a method whose masks are in blocks. */
export type Blocked = RunConfiguration & { readonly blockSize: number };

/**
 * Outputs that make a block of a layer: the classes are no one's choice, so where blocks do not divide the last layer's
 * outputs, its weights go one by one.
 */
export const blockSizeOf = (isLast: boolean, outputs: number, blockSize: number): number =>
  isLast && outputs % blockSize !== 0 ? 1 : blockSize;

/** The block of a position: as positions of a layer with that many times fewer outputs. */
export const blockAt = (position: number, inputs: number, size: number): number => {
  const row = Math.floor(position / inputs);
  return Math.floor(row / size) * inputs + (position - row * inputs);
};

/** The first position of a block; the others follow at a distance of `inputs` each. */
const firstOfBlock = (block: number, inputs: number, size: number): number => {
  const row = Math.floor(block / inputs);
  return row * size * inputs + (block - row * inputs);
};

/** All positions of the blocks, ascending. */
export function positionsOfBlocks(blocks: ArrayLike<number>, inputs: number, size: number): Float64Array {
  const positions = new Float64Array(blocks.length * size);
  for (let at = 0; at < blocks.length; at++) {
    const first = firstOfBlock(blocks[at], inputs, size);
    for (let output = 0; output < size; output++) positions[at * size + output] = first + output * inputs;
  }
  return positions.sort();
}

/** Weights of one input to B consecutive outputs are active or inactive together (B x 1 blocks of the matrix). */
export const blocksOfOutputs: MaskStructure<Blocked> = {
  title: 'random, by blocks',
  unitOf(layer, shapes, { blockSize = 1 }) {
    const [outputs] = shapes[layer];
    // What blocks do not divide is refused; until then it is counted by weights.
    return outputs % blockSize === 0 ? blockSize : 1;
  },
  draw(layer, shapes, count, { seed, blockSize = 1 }) {
    const [outputs, ...rest] = shapes[layer];
    const inputs = sizeOf(rest);
    const size = blockSizeOf(layer === shapes.length - 1, outputs, blockSize);
    const stream = createStream(seed, 'initial mask', layer);
    const blocks = sampleDistinct(stream, count / size, (outputs * inputs) / size);
    return size === 1 ? blocks : positionsOfBlocks(blocks, inputs, size);
  },
  refuses(layers, { blockSize = 1 }) {
    const widths = layers.slice(0, -1).map(({ name, outputs }) => ({ name, width: outputs }));
    return refuseUndivided('blockSize', blockSize, widths, ['blocks', 'outputs of layer']);
  },
};
