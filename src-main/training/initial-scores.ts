import type { Mask, RunConfiguration, TrainerStart } from '../contract/index.ts';
import type { ChannelStatistics } from '../datasets/statistics.ts';
import type { Batch, Engine, EngineOptions } from '../engine/engine.ts';
import { fanIn, prunableLayers, weightShape, type NetworkSpecification } from '../networks/specification.ts';
import { createStream, permutation } from '../numerics/random.ts';
import { sizeOf } from '../topology/distributions/index.ts';
import { fullMask, maskFromPositions } from '../topology/mask.ts';
import { roundDensities } from '../topology/scoring/scoring.ts';
import { selectHighest, type Selection } from '../topology/scoring/select.ts';
import type { OpenBatches } from './batches/batches.ts';
import { drawState } from './initial-state.ts';
import type { TrainedScoring } from './rules/trained-method.ts';
import { scoringPasses } from './scoring-passes.ts';

/** Weight and momentum of every position, as an engine keeps a dense network. */
const BYTES_PER_POSITION = 8;
const MOST_BYTES = 2 ** 30;

export interface ScoringInput {
  network: NetworkSpecification;
  configuration: RunConfiguration;
  data: Pick<TrainerStart['data'], 'train' | 'shape'>;
  /** By which inputs are normalised. */
  statistics: ChannelStatistics;
  /** Indices of the samples to train on. */
  training: Uint32Array;
  threads: number;
  openEngine(opening: EngineOptions): Promise<Engine>;
  openBatches: OpenBatches;
}

export interface ScoredMasks {
  masks: Mask[];
  /** Names of layers that the scores alone would have emptied; each keeps one weight. */
  rescued: string[];
}

/**
 * The initial masks of a method that scores the dense network at its initial draw. The network is held densely for as
 * long as this takes, its gradients never: they are
 * read a few rows at a time, three times over in every round.
 * @throws RangeError where the dense network is too large to hold
 */
export async function scoreInitialMasks(input: ScoringInput, scoring: TrainedScoring): Promise<ScoredMasks> {
  const { network, configuration, statistics, threads } = input;
  const layers = prunableLayers(network);
  const positions = layers.map((layer) => sizeOf(weightShape(layer)));
  const total = positions.reduce((sum, count) => sum + count, 0);
  requireRoom(configuration, total, scoring);
  const batch = await scoringBatch(input);
  const masks = layers.map((layer) => fullMask(layer.outputs, fanIn(layer)));
  const opening: EngineOptions = {
    network: withoutDropout(network),
    // The initial scale of the dense network: here every position is active.
    state: drawState(network, masks, configuration),
    largestBatch: batch.count,
    ...statistics,
    labelSmoothing: configuration.labelSmoothing,
    threads,
  };
  const { sensitivity, scoreAll, rounds } = scoring;
  const pass = await scoringPasses[sensitivity]({ opening, batch, openEngine: input.openEngine }, scoreAll);
  try {
    let selection: Selection = { positions: [], rescued: [] };
    for (const [round, density] of roundDensities(1 - configuration.sparsity, rounds).entries()) {
      const count = Math.round(density * total);
      selection = await selectHighest(pass.read, layers.length, count, { seed: configuration.seed, round });
      if (round + 1 < rounds) await pass.prune(selection.positions);
    }
    return {
      masks: selection.positions.map((kept, at) => maskFromPositions(layers[at].outputs, fanIn(layers[at]), kept)),
      rescued: selection.rescued.map((at) => layers[at].name),
    };
  } finally {
    await pass.close();
  }
}

/** Training samples by the run's seed, as one batch, none of them augmented. */
export async function scoringBatch({
  configuration: { seed, scoringSamples },
  data: { train, shape },
  training,
  openBatches,
}: Pick<ScoringInput, 'configuration' | 'data' | 'training' | 'openBatches'>): Promise<Batch> {
  const order = permutation(createStream(seed, 'scoring samples'), training.length);
  const samples = order.subarray(0, scoringSamples).map((index) => training[index]);
  const batches = openBatches({ split: train, shape, batchSize: samples.length, order: { kind: 'fixed', samples } });
  try {
    const { count, pixels, labels } = await batches.next();
    return { count, pixels: pixels.slice(), labels: labels.slice() };
  } finally {
    await batches.close();
  }
}

function requireRoom({ method }: RunConfiguration, positions: number, { sensitivity, rounds }: TrainedScoring): void {
  // Two displaced networks stand side by side.
  const networks = sensitivity === 'hessian-gradient' ? 2 : 1;
  const bytes = positions * BYTES_PER_POSITION * networks;
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (value: number) => (value / 2 ** 30).toFixed(1);
  throw new RangeError(
    `The method ${method} scores the dense network ${rounds === 1 ? 'once' : `${rounds} times`} before it trains: its ` +
      `${positions} weights take ${gigabytes(bytes)} GiB, of at most ${gigabytes(MOST_BYTES)}. Choose a smaller network, ` +
      'or a method that starts from a random mask.',
  );
}

/** A score is the network's own, not that of one draw of dropped features. */
const withoutDropout = (network: NetworkSpecification): NetworkSpecification => ({
  ...network,
  layers: network.layers.map((layer) => (layer.kind === 'dropout' ? { ...layer, rate: 0 } : layer)),
});
