import { GROWTH_PHASE, PHASE_PREPARE, PHASE_SAMPLE, PHASE_SEARCH } from './growth-layout';
import { OPERATION_ADD, OPERATION_CROSS_ENTROPY, OPERATION_DROPOUT, OPERATION_FLATTEN, OPERATION_KIND, OPERATION_NORM, OPERATION_PACK, OPERATION_POOL, OPERATION_RELU, OPERATION_WEIGHTS, STAGE_CHANNELS, STAGE_FUSED, STAGE_GRADIENT, STAGE_GROWTH, STAGE_GROWTH_SEARCH, STAGE_ITEMS, STAGE_KIND, STAGE_NEXT, STAGE_REWIRE, STAGE_STEP, STAGE_STRIPS, STAGE_STRIPS_A_TILE, STAGE_TASKS, STAGE_TASK_COUNT, TASK_WORDS, VERB_BACKWARD, VERB_BACKWARD_FINISH, VERB_BACKWARD_STATISTICS, VERB_EVALUATE, VERB_FINISH, VERB_FORWARD, VERB_STATISTICS } from './layout';
import { crossEntropy } from './cross-entropy';
import { dropoutBackward, dropoutForward } from './dropout';
import { addBackward, addForward, flattenBackward, flattenForward, reluBackward, reluForward } from './elementwise';
import { OPERATION_DENSE } from './gemm-layout';
import { denseBlocks, denseUpdate } from './gemm-update';
import { denseBackward, denseForward } from './gemm-weights';
import { fusedBlocks, fusedUpdate } from './fused-update';
import { sampleGradients } from './growth-sample';
import { searchGrowth } from './growth-search';
import { prepareFeatures } from './growth-sides';
import { searchWindows } from './growth-windows';
import {
  normBackward,
  normBackwardFinish,
  normBackwardStatistics,
  normEvaluate,
  normFinish,
  normForward,
  normStatistics,
} from './norm';
import { pack } from './pack';
import { poolBackward, poolForward } from './pool';
import { rewireLayer } from './rewire';
import { word } from './simd';
import { weightsBackward, weightsForward } from './weights';
import { weightsBlocks, weightsUpdate } from './weights-update';

/** Takes items of a stage until none is left. What an item computes does not depend on who takes it, or when. */
export function execute(stage: usize, thread: u32): void {
  const items = word(stage, STAGE_ITEMS);
  for (;;) {
    const item = atomic.add<u32>(stage + STAGE_NEXT * 4, 1);
    if (item >= items) break;
    perform(stage, item, thread);
  }
}

/** Work items of a stage that goes by blocks of rows. */
export function countRowBlocks(stage: usize): u32 {
  const count = word(stage, STAGE_TASK_COUNT);
  if (word(stage, STAGE_KIND) == STAGE_FUSED) return fusedBlocks(taskOperation(stage, 0));
  let items: u32 = 0;
  for (let i: u32 = 0; i < count; i++) items += rowBlocks(taskOperation(stage, i));
  return items;
}

// @ts-ignore: decorator
@inline
function taskOperation(stage: usize, task: u32): usize {
  return load<u32>(<usize>word(stage, STAGE_TASKS) + ((<usize>task * TASK_WORDS) << 2));
}

// @ts-ignore: decorator
@inline
function taskVerb(stage: usize, task: u32): u32 {
  return load<u32>(<usize>word(stage, STAGE_TASKS) + ((<usize>task * TASK_WORDS) << 2), 4);
}

function perform(stage: usize, item: u32, thread: u32): void {
  const count = word(stage, STAGE_TASK_COUNT);
  const step = <usize>word(stage, STAGE_STEP);
  switch (word(stage, STAGE_KIND)) {
    case STAGE_STRIPS: {
      const strips = word(stage, STAGE_STRIPS_A_TILE);
      for (let i: u32 = 0; i < count; i++)
        performStrip(taskOperation(stage, i), taskVerb(stage, i), item / strips, item % strips, step);
      return;
    }
    case STAGE_CHANNELS: {
      for (let i: u32 = 0; i < count; i++) performChannels(taskOperation(stage, i), taskVerb(stage, i), item, step);
      return;
    }
    case STAGE_FUSED:
      return fusedUpdate(taskOperation(stage, 0), item, step, thread);
    case STAGE_REWIRE:
      return rewireLayer(taskOperation(stage, item));
    case STAGE_GROWTH_SEARCH:
      return performGrowth(<usize>word(stage, STAGE_GROWTH), item, thread);
    default:
      return performRows(stage, item, count, step, thread);
  }
}

function performGrowth(growth: usize, item: u32, thread: u32): void {
  switch (word(growth, GROWTH_PHASE)) {
    case PHASE_PREPARE:
      return prepareFeatures(growth, item);
    case PHASE_SAMPLE:
      return sampleGradients(growth, item, thread);
    case PHASE_SEARCH:
      return searchGrowth(growth, item, thread);
    default:
      return searchWindows(growth, item, thread);
  }
}

function performStrip(operation: usize, verb: u32, tile: u32, strip: u32, step: usize): void {
  switch (verb) {
    case VERB_FORWARD:
      return forward(operation, tile, strip, step);
    case VERB_BACKWARD:
      return backward(operation, tile, strip, step);
    case VERB_STATISTICS:
      return normStatistics(operation, tile, strip, step);
    case VERB_BACKWARD_STATISTICS:
      return normBackwardStatistics(operation, tile, strip);
    default:
      unreachable();
  }
}

function performChannels(operation: usize, verb: u32, block: u32, step: usize): void {
  switch (verb) {
    case VERB_FINISH:
      return normFinish(operation, block, step);
    case VERB_BACKWARD_FINISH:
      return normBackwardFinish(operation, block, step);
    case VERB_EVALUATE:
      return normEvaluate(operation, block);
    default:
      unreachable();
  }
}

function forward(operation: usize, tile: u32, strip: u32, step: usize): void {
  switch (word(operation, OPERATION_KIND)) {
    case OPERATION_PACK:
      return pack(operation, tile, strip);
    case OPERATION_WEIGHTS:
      return weightsForward(operation, tile, strip);
    case OPERATION_DENSE:
      return denseForward(operation, tile, strip);
    case OPERATION_NORM:
      return normForward(operation, tile, strip);
    case OPERATION_RELU:
      return reluForward(operation, tile, strip);
    case OPERATION_POOL:
      return poolForward(operation, tile, strip);
    case OPERATION_ADD:
      return addForward(operation, tile, strip);
    case OPERATION_DROPOUT:
      return dropoutForward(operation, tile, strip, step);
    case OPERATION_FLATTEN:
      return flattenForward(operation, tile);
    case OPERATION_CROSS_ENTROPY:
      return crossEntropy(operation, tile, step);
    default:
      unreachable();
  }
}

function backward(operation: usize, tile: u32, strip: u32, step: usize): void {
  switch (word(operation, OPERATION_KIND)) {
    case OPERATION_WEIGHTS:
      return weightsBackward(operation, tile, strip);
    case OPERATION_DENSE:
      return denseBackward(operation, tile, strip);
    case OPERATION_NORM:
      return normBackward(operation, tile, strip, step);
    case OPERATION_RELU:
      return reluBackward(operation, tile, strip);
    case OPERATION_POOL:
      return poolBackward(operation, tile, strip);
    case OPERATION_ADD:
      return addBackward(operation, tile, strip);
    case OPERATION_DROPOUT:
      return dropoutBackward(operation, tile, strip, step);
    case OPERATION_FLATTEN:
      return flattenBackward(operation, tile);
    default:
      unreachable();
  }
}

function rowBlocks(operation: usize): u32 {
  if (word(operation, OPERATION_KIND) == OPERATION_WEIGHTS) return weightsBlocks(operation);
  if (word(operation, OPERATION_KIND) == OPERATION_DENSE) return denseBlocks(operation);
  return unreachable();
}

function performRows(stage: usize, item: u32, count: u32, step: usize, thread: u32): void {
  const keep = word(stage, STAGE_KIND) == STAGE_GRADIENT;
  for (let i: u32 = 0; i < count; i++) {
    const operation = taskOperation(stage, i);
    const blocks = rowBlocks(operation);
    if (item >= blocks) {
      item -= blocks;
      continue;
    }
    if (word(operation, OPERATION_KIND) == OPERATION_DENSE) denseUpdate(operation, item, step, keep, thread);
    else weightsUpdate(operation, item, step, keep, thread);
    return;
  }
}
