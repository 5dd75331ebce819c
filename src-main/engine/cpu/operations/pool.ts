import type { PoolNode } from '../graph.ts';
import * as layout from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import { createOperation, type Operation } from './operation.ts';

/** Max or average pooling; over the whole image where it is global. */
export function poolOperation(
  shared: SharedMemory,
  { layer, inputs: [input], output, backwardModes: [backwardMode] }: PoolNode,
  tiles: number,
): Operation {
  const [height, width, channels] = output.shape;
  const winners =
    layer.kind === 'max-pool' ? shared.allocate(tiles * height * width * channels * layout.TILE, 'activations') : 0;
  const [windowHeight, windowWidth, stride, padding] =
    layer.kind === 'global-average-pool'
      ? [input.shape[0], input.shape[1], 1, 0]
      : [layer.size, layer.size, layer.stride, layer.padding];
  return createOperation(shared, layout.OPERATION_POOL, layout.POOL_WORDS, input, output, () => ({
    [layout.OPERATION_BACKWARD_MODE]: backwardMode,
    [layout.POOL_HEIGHT]: windowHeight,
    [layout.POOL_WIDTH]: windowWidth,
    [layout.POOL_STRIDE]: stride,
    [layout.POOL_PADDING]: padding,
    [layout.POOL_WINNERS]: winners,
  }));
}
