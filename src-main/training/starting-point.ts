import type { RunPlan, TrainerStart } from '../contract/index.ts';
import type { Engine, EngineOptions, EngineSnapshot } from '../engine/engine.ts';
import { buildNetwork, splitCounts } from '../networks/accounting.ts';
import { maskShape, prunableLayers, type NetworkSpecification } from '../networks/specification.ts';
import { createExploredSet, type ExploredSet } from '../topology/exploration.ts';
import { activeCount, positionsOf } from '../topology/mask.ts';
import { splitTrainingData, type OpenBatches, type Split } from './batches/batches.ts';
import { decodeCheckpoint, type CheckpointProgress } from './checkpoint.ts';
import { scoreInitialMasks } from './initial-scores.ts';
import { drawInitialState, drawState } from './initial-state.ts';
import { trainingStatistics } from './normalisation.ts';
import type { TrainedMethod } from './rules/trained-method.ts';

/** Where a run begins: a fresh draw, or what its checkpoint holds. */
export interface StartingPoint {
  network: NetworkSpecification;
  split: Split;
  /** Of the training images, by channel. */
  statistics: { mean: number[]; deviation: number[] };
  plan: RunPlan;
  state: EngineSnapshot;
  /** Per prunable layer, every position that was ever active. */
  explored: ExploredSet[];
  progress: CheckpointProgress;
  resumed: boolean;
  /** What the checkpoint kept of inactive weights; null where it kept none. */
  savedDense: Float32Array[] | null;
  /** Layers of which scores alone would have left nothing. */
  rescuedLayers: string[];
}

interface StartingParts {
  method: TrainedMethod;
  openEngine(opening: EngineOptions): Promise<Engine>;
  openBatches: OpenBatches;
}

/**
 * @throws Error where the checkpoint cannot be read, or the images are not those that the run was trained on
 */
export async function findStartingPoint(start: TrainerStart, parts: StartingParts): Promise<StartingPoint> {
  const { configuration, data } = start;
  const { method, openEngine, openBatches } = parts;
  const dataset = { shape: data.shape, classes: data.classes, trainCount: data.train.count };
  const network = buildNetwork(configuration, dataset);
  const shapesFor = ({ content }: CheckpointProgress) => {
    requireSameContent(start, content);
    return prunableLayers(network).map(maskShape);
  };
  const checkpoint = start.checkpoint ? decodeCheckpoint(start.checkpoint, shapesFor) : null;
  const { validation } = splitCounts(data.train.count, configuration.validationFraction);
  const split = splitTrainingData(data.train.count, validation, configuration.seed);
  // Measured once: in memory they are exact, on disk those of a sample, and a run may move from one to the other.
  const statistics =
    checkpoint?.progress.statistics ??
    (await trainingStatistics(data, split.training, configuration.seed, openBatches));
  const { scoring } = method;
  const scored =
    scoring && !checkpoint
      ? await scoreInitialMasks(
          { ...start, network, statistics, training: split.training, openEngine, openBatches },
          scoring,
        )
      : null;
  const state =
    checkpoint?.state ??
    (scored ? drawState(network, scored.masks, configuration) : drawInitialState(network, method, configuration));
  const masks = state.layers.map((layer) => layer.mask);
  return {
    network,
    split,
    statistics,
    plan: await method.plan(configuration, dataset, scoring && masks.map(activeCount)),
    state,
    explored: masks.map((mask, layer) => {
      const set = createExploredSet(mask.outputs, mask.inputs);
      set.add(checkpoint?.explored[layer] ?? positionsOf(mask));
      return set;
    }),
    progress: { ...(checkpoint?.progress ?? freshProgress(data.contentSha256)), statistics },
    resumed: checkpoint !== null,
    savedDense: checkpoint?.dense ?? null,
    rescuedLayers: scored?.rescued ?? [],
  };
}

/** Sums since the last report, before the first step. */
export const emptyWindow = (): CheckpointProgress['window'] => ({ steps: 0, samples: 0, lossSum: 0, correct: 0 });

const freshProgress = (content: string | undefined): Omit<CheckpointProgress, 'statistics'> => ({
  step: 0,
  updates: 0,
  seconds: 0,
  best: null,
  window: emptyWindow(),
  ...(content === undefined ? {} : { content }),
});

/** @throws Error where the images are not those the run was trained on: it would go on as another run */
function requireSameContent({ configuration, data }: TrainerStart, trainedOn: string | undefined): void {
  if (trainedOn === undefined || data.contentSha256 === undefined || trainedOn === data.contentSha256) return;
  const [then, now] = [trainedOn, data.contentSha256].map((checksum) => checksum.slice(0, 12));
  throw new Error(
    `The dataset ${configuration.dataset} holds other images than this run was trained on (SHA-256 ${now}… instead of ` +
      `${then}…). Import the same images under that name again, or start a new run.`,
  );
}
