import { type Batch, type BatchResult, EngineError, type StepSettings } from '../engine.ts';
import * as layout from './kernels/layout.ts';
import type { Plan } from './plan.ts';
import type { SharedMemory } from './shared-memory.ts';

/** @throws EngineError on a malformed batch */
export function loadBatch(
  shared: SharedMemory,
  { features, pixels, labels }: Plan,
  { count, pixels: values, labels: classes }: Batch,
  limits: { largestBatch: number; classes: number },
): void {
  if (!Number.isInteger(count) || count < 1 || count > limits.largestBatch)
    throw new EngineError(`A batch must have 1 to ${limits.largestBatch} samples, not ${count}`);
  if (values.length !== count * features)
    throw new EngineError(`A batch of ${count} samples needs ${count * features} pixels, not ${values.length}`);
  if (classes.length !== count) throw new EngineError(`A batch of ${count} samples has ${classes.length} labels`);
  const wrong = classes.findIndex((label) => label >= limits.classes);
  if (wrong >= 0)
    throw new EngineError(`Sample ${wrong} of the batch has label ${classes[wrong]}, of ${limits.classes} classes`);
  shared.bytes(pixels, values.length).set(values);
  shared.bytes(labels, classes.length).set(classes);
}

export function writeStep(
  shared: SharedMemory,
  step: number,
  count: number,
  labelSmoothing: number,
  settings: StepSettings | null,
): void {
  const words = shared.words(step, layout.STEP_WORDS);
  const reals = shared.reals(step, layout.STEP_WORDS);
  words[layout.STEP_COUNT] = count;
  words[layout.STEP_TILES] = Math.ceil(count / layout.TILE);
  words[layout.STEP_TRAINING] = settings ? 1 : 0;
  reals[layout.STEP_LABEL_SMOOTHING] = labelSmoothing;
  const inLastTile = count - (words[layout.STEP_TILES] - 1) * layout.TILE;
  const lanes = shared.words(step + layout.STEP_LANES, 2 * layout.TILE);
  lanes.fill(0);
  lanes.fill(0xffffffff, 0, layout.TILE + inLastTile);
  if (!settings) return;
  words[layout.STEP_NESTEROV] = settings.nesterov ? 1 : 0;
  words[layout.STEP_DROPOUT_SEED] = settings.dropoutSeed;
  reals[layout.STEP_LEARNING_RATE] = settings.learningRate;
  reals[layout.STEP_MOMENTUM] = settings.momentum;
  reals[layout.STEP_WEIGHT_DECAY] = settings.weightDecay;
}

/** Tiles in order, so the sum does not depend on who computed them. */
export function readResult(shared: SharedMemory, results: number, count: number): BatchResult {
  const tiles = Math.ceil(count / layout.TILE);
  const view = shared.bytes(results, tiles * layout.RESULT_BYTES);
  const data = new DataView(view.buffer, view.byteOffset, view.byteLength);
  let loss = 0;
  let correct = 0;
  for (let tile = 0; tile < tiles; tile++) {
    loss += data.getFloat64(tile * layout.RESULT_BYTES, true);
    correct += data.getInt32(tile * layout.RESULT_BYTES + 8, true);
  }
  return { loss: loss / count, correct };
}
