import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { sizeOf } from '../distributions/index.ts';
import type { MaskStructure } from './structure.ts';

/**
 * Every unit has the same number of inputs, some of them one more where a layer's weights do not share out evenly: so
 * that its count is exact, where SRigL's code rounds the fan-in down.
 */
export const constantFanIn: MaskStructure = {
  title: 'random, one fan-in',
  draw(layer, shapes, count, { seed }) {
    const [outputs, ...rest] = shapes[layer];
    const inputs = sizeOf(rest);
    const fanIn = Math.floor(count / outputs);
    const larger = new Set(
      sampleDistinct(createStream(seed, 'larger fan-in', layer), count - fanIn * outputs, outputs),
    );
    const positions = new Float64Array(count);
    let filled = 0;
    for (let row = 0; row < outputs; row++) {
      const stream = createStream(seed, 'initial mask', layer, row + 1);
      const columns = sampleDistinct(stream, fanIn + (larger.has(row) ? 1 : 0), inputs);
      for (const column of columns) positions[filled++] = row * inputs + column;
    }
    return positions;
  },
  refuses: () => null,
};
