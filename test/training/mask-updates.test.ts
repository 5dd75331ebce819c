import { describe, expect, it } from 'vitest';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { presentRanks } from '../../src-main/topology/ranks.ts';
import { drawState } from '../../src-main/training/initial-state.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { positionsOf, trialBatch, trialOpening } from '../engine/networks.ts';
import { expectClose } from '../engine/support.ts';
import { requireConfiguration, methodOf } from '../support/methods.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

describe('growth that starts at random', () => {
  it.each(['sparse', 'dense', 'reference'] as const)(
    'takes a tenth of what the run would have drawn there at the initial scale %s',
    async (initialisation) => {
      const opening = trialOpening({ widths: [12, 17, 11, 4], density: 0.3, seed: 21 });
      const configuration = requireConfiguration({ method: 'set', growthInitialisation: 'random', initialisation });
      const engine = await openCpu(opening);
      try {
        await engine.trainStep(trialBatch(opening, 16, 1), STEP);
        const masks = opening.state.layers.map(({ mask }) => mask);
        const explored = masks.map(({ outputs, inputs }) => createExploredSet(outputs, inputs));
        const moment = { update: 1, step: 1, totalSteps: 9, rate: 0.3, density: null, memory: {} };
        const probe = trialBatch(opening, 16, 9);
        const { layers } = await updateMasks(engine, methodOf(configuration), configuration, explored, moment, probe);
        const after = await Promise.all(masks.map((_, layer) => engine.mask(layer)));
        const drawn = drawState(opening.network, after, configuration).layers;
        for (const { layer, grown } of layers) {
          const ranks = presentRanks(positionsOf(after[layer]), grown);
          const weights = await engine.activeWeights(layer);
          const started = Array.from(ranks, (rank) => weights[rank]);
          expect(started.length).toBeGreaterThan(0);
          expectClose(
            started,
            Array.from(ranks, (rank) => 0.1 * drawn[layer].weights[rank]),
            1e-6,
          );
        }
      } finally {
        await engine.close();
      }
    },
  );
});
