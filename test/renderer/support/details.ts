import type { ConfigurationInput, RunDetail, RunStatus } from '../../../src-main/contract/index.ts';
import { requireConfiguration, methodOf } from '../../support/methods.ts';

let made = 0;

/** A run as the lab would describe it, with what a test cares about; finished unless said otherwise. */
export function detail(
  input: ConfigurationInput,
  result: { testAccuracy?: number; status?: RunStatus; createdAt?: number; study?: string; rs?: number } = {},
): RunDetail {
  const configuration = requireConfiguration(input);
  made += 1;
  const flops = { trainRatio: 1 - configuration.sparsity, inferenceRatio: 1 - configuration.sparsity };
  return {
    configuration,
    checkpointEpoch: null,
    engineTitle: 'CPU, relaxed SIMD, 2 threads (Espalier 0.1.0)',
    engineChoice: null,
    ownMethod: null,
    plan: {
      layers: [],
      prunableWeights: 1000,
      activeWeights: 1000 * (1 - configuration.sparsity),
      parameters: 1010,
      stepsPerEpoch: 10,
      totalSteps: 100,
      updates: 0,
      trainFlopsPerSample: 1,
      denseTrainFlopsPerSample: 1,
      flops,
      expectedRs: 0,
      maxRs: 0,
    },
    item: {
      id: `run${made}`,
      name: configuration.name || `${configuration.method} seed ${configuration.seed}`,
      status: result.status ?? 'finished',
      method: configuration.method,
      methodTitle: methodOf(configuration).title,
      isSparse: methodOf(configuration).sparse,
      dataset: configuration.dataset,
      network: configuration.network,
      engine: 'cpu',
      threads: 1,
      seed: configuration.seed,
      sparsity: configuration.sparsity,
      prunableWeights: 1000,
      activeWeights: 1000 * (1 - configuration.sparsity),
      rs: result.rs ?? 0.1,
      updates: 0,
      steps: 100,
      epochs: 10,
      seconds: 10,
      weightsHash: null,
      best: null,
      final: result.testAccuracy === undefined ? null : { testAccuracy: result.testAccuracy, testLoss: 0.1 },
      flops,
      createdAt: result.createdAt ?? 1,
      startedAt: 1,
      endedAt: 2,
      progress: { step: 50, totalSteps: 100, epoch: 5, totalEpochs: 10, stepsPerSecond: 1, secondsLeft: null },
      validationAccuracy: null,
      failure: null,
      warnings: [],
      colour: made,
      study: result.study ?? null,
      queuePosition: null,
      checkpointEpoch: null,
      trashedAt: null,
    },
  };
}
