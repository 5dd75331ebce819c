import {
  OPERATION_CROSS_ENTROPY,
  OPERATION_LINEAR,
  OPERATION_PACK,
  OPERATION_RELU,
  STAGE_FORWARD_BACKWARD,
  STAGE_GRADIENT,
  STAGE_GROWTH,
  STAGE_GROWTH_SEARCH,
  STAGE_ITEMS,
  STAGE_KIND,
  STAGE_NEXT,
  STAGE_OPERATIONS,
  STAGE_OPERATION_COUNT,
  STAGE_STEP,
  STAGE_UPDATE,
} from './layout';
import { crossEntropy } from './cross-entropy';
import { finishGrowth, searchGrowth } from './growth';
import { linearBackward, linearBlocks, linearForward, linearUpdate } from './linear';
import { pack } from './pack';
import { reluForward } from './relu';
import { word } from './simd';

/** Takes items of a stage until none is left. What an item computes does not depend on who takes it, or when. */
export function execute(stage: usize, thread: u32): void {
  const items = word(stage, STAGE_ITEMS);
  for (;;) {
    const item = atomic.add<u32>(stage + STAGE_NEXT * 4, 1);
    if (item >= items) break;
    perform(stage, item, thread);
  }
  if (word(stage, STAGE_KIND) == STAGE_GROWTH_SEARCH) finishGrowth(word(stage, STAGE_GROWTH), thread);
}

/** Work items of a stage that goes by blocks of rows. */
export function countRowBlocks(stage: usize): u32 {
  const operations = <usize>word(stage, STAGE_OPERATIONS);
  const count = word(stage, STAGE_OPERATION_COUNT);
  let items: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const operation = <usize>load<u32>(operations + ((<usize>i) << 2));
    if (word(operation, 0) == OPERATION_LINEAR) items += linearBlocks(operation);
  }
  return items;
}

function perform(stage: usize, item: u32, thread: u32): void {
  const kind = word(stage, STAGE_KIND);
  const operations = <usize>word(stage, STAGE_OPERATIONS);
  const count = word(stage, STAGE_OPERATION_COUNT);
  const step = <usize>word(stage, STAGE_STEP);
  if (kind == STAGE_GROWTH_SEARCH) {
    searchGrowth(word(stage, STAGE_GROWTH), item, thread);
    return;
  }
  if (kind == STAGE_UPDATE || kind == STAGE_GRADIENT) {
    for (let i: u32 = 0; i < count; i++) {
      const operation = <usize>load<u32>(operations + ((<usize>i) << 2));
      if (word(operation, 0) != OPERATION_LINEAR) continue;
      const blocks = linearBlocks(operation);
      if (item < blocks) {
        linearUpdate(operation, item, step, kind == STAGE_GRADIENT);
        return;
      }
      item -= blocks;
    }
    return;
  }
  for (let i: u32 = 0; i < count; i++) forward(load<u32>(operations + ((<usize>i) << 2)), item, step);
  if (kind != STAGE_FORWARD_BACKWARD) return;
  for (let i = count; i > 0; i--) backward(load<u32>(operations + ((<usize>(i - 1)) << 2)), item);
}

function forward(operation: usize, tile: u32, step: usize): void {
  switch (word(operation, 0)) {
    case OPERATION_PACK:
      return pack(operation, tile);
    case OPERATION_LINEAR:
      return linearForward(operation, tile);
    case OPERATION_RELU:
      return reluForward(operation, tile);
    case OPERATION_CROSS_ENTROPY:
      return crossEntropy(operation, tile, step);
    default:
      unreachable();
  }
}

/** Pack and ReLU have no gradient to pass on; cross-entropy leaves its own in the forward pass. */
function backward(operation: usize, tile: u32): void {
  if (word(operation, 0) == OPERATION_LINEAR) linearBackward(operation, tile);
}
