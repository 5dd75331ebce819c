import type { RunConfiguration } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';
import { sizeOf } from '../distributions/index.ts';
import { refuseUndivided, type MaskStructure } from './structure.ts';

/** A configuration of a method whose masks are in groups. */
export type Grouped = RunConfiguration & { readonly groupSize: number };

/** What a sparsity such as 0.9 is off by, times a group. */
const TOLERANCE = 1e-9;
/** Of a sparsity that is offered, so that it is within the tolerance, whatever the group. */
const SHARE_DIGITS = 12;

/**
 * Inputs that make a group of layer `layer`: those of the dataset's images are no one's choice, so where groups do not
 * divide the first layer's, it has none (1).
 */
export const groupSizeOf = (layer: number, inputs: number, groupSize: number): number =>
  layer === 0 && inputs % groupSize !== 0 ? 1 : groupSize;

/** N of every M consecutive inputs of a unit are active (N:M, Zhou et al., ICLR 2021), N = (1 - sparsity) M. */
export const groupsOfInputs: MaskStructure<Grouped> = {
  title: 'random, N of every M',
  isUniform: true,
  draw(layer, shapes, count, { seed, groupSize = 1 }) {
    const [outputs, ...rest] = shapes[layer];
    const inputs = sizeOf(rest);
    const size = groupSizeOf(layer, inputs, groupSize);
    if (size === 1) return sampleDistinct(createStream(seed, 'initial mask', layer), count, outputs * inputs);
    const groups = (outputs * inputs) / size;
    const kept = count / groups;
    if (!Number.isInteger(kept)) throw new Error(`Layer ${layer} cannot keep ${count} weights in ${groups} groups.`);
    const positions = new Float64Array(count);
    for (let group = 0; group < groups; group++) {
      const chosen = sampleDistinct(createStream(seed, 'initial mask', layer, group + 1), kept, size);
      for (let at = 0; at < kept; at++) positions[group * kept + at] = group * size + chosen[at];
    }
    return positions;
  },
  refuses(layers, { sparsity, groupSize = 1 }) {
    const others = layers.slice(1);
    const widths = others.map(({ name, inputs }) => ({ name, width: inputs }));
    const broken = refuseUndivided('groupSize', groupSize, widths, ['groups', 'inputs of a unit of layer']);
    if (broken) return broken;
    const kept = (1 - sparsity) * groupSize;
    if (Math.abs(kept - Math.round(kept)) < TOLERANCE && Math.round(kept) > 0) return null;
    const nearest = [Math.ceil(kept), Math.floor(kept)].filter((weights) => weights > 0);
    const sparsities = [...new Set(nearest)].map((weights) => Number((1 - weights / groupSize).toFixed(SHARE_DIGITS)));
    return {
      field: 'sparsity',
      message:
        `${sparsity} leaves ${Number(kept.toFixed(6))} weights of every group of ${groupSize}, not a whole number; choose ` +
        `${sparsities.join(' or ')}, or another group size`,
    };
  },
};
