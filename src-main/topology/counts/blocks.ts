import { positionCount } from '../mask.ts';
import type { LayerCounts, LayerView, UpdateContext } from '../rules.ts';
import { blockSizeOf, type Blocked } from '../structures/blocks.ts';

/**
 * Every layer loses floor(rate * active blocks) and gains as many. Bounded by the inactive blocks, so a dense layer is
 * left alone.
 */
export const keepBlockCounts = (
  views: readonly LayerView[],
  { rate, configuration }: Pick<UpdateContext<Blocked>, 'rate' | 'configuration'>,
): LayerCounts[] =>
  views.map(({ positions, mask, isLast }) => {
    const size = blockSizeOf(isLast, mask.outputs, configuration.blockSize);
    const blocks = Math.min(
      Math.floor((rate * positions.length) / size),
      (positionCount(mask) - positions.length) / size,
    );
    return { drop: blocks * size, grow: blocks * size };
  });
