import type { Labels } from '../../contract/index.ts';
import { checkBatch } from '../check-batch.ts';
import type { Batch, BatchResult, KeptBatch, StepSettings } from '../engine.ts';
import * as layout from './kernels/layout.ts';
import type { Plan } from './plan.ts';
import type { SharedMemory } from './shared-memory.ts';

/** @throws EngineError on a malformed batch */
export function loadBatch(
  shared: SharedMemory,
  { features, pixels, labels, partners }: Plan,
  batch: Batch | KeptBatch,
  limits: { largestBatch: number; classes: number },
): void {
  checkBatch(batch, { ...limits, features });
  shared.bytes(pixels, batch.pixels.length).set(batch.pixels);
  writeLabels(shared, labels, batch.labels);
  if (batch.mixed) writeLabels(shared, partners, batch.mixed.labels);
}

function writeLabels(shared: SharedMemory, address: number, labels: Labels): void {
  const target = shared.bytes(address, labels.length * layout.LABEL_BYTES);
  new Uint16Array(target.buffer, target.byteOffset, labels.length).set(labels);
}

export function writeStep(
  shared: SharedMemory,
  step: number,
  { count, mixed }: Pick<Batch, 'count' | 'mixed'>,
  labelSmoothing: number,
  settings: StepSettings | null,
): void {
  const words = shared.words(step, layout.STEP_WORDS);
  const reals = shared.reals(step, layout.STEP_WORDS);
  words[layout.STEP_COUNT] = count;
  words[layout.STEP_TILES] = Math.ceil(count / layout.TILE);
  words[layout.STEP_TRAINING] = settings ? 1 : 0;
  reals[layout.STEP_LABEL_SMOOTHING] = labelSmoothing;
  reals[layout.STEP_OWN_SHARE] = mixed?.share ?? 1;
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
