import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../src-main/contract/index.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { createGradientMemory } from '../../src-main/training/gradient-memory.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { positionsOf, trialBatch, trialOpening } from '../engine/networks.ts';
import { openReference } from '../engine/reference.ts';
import { expectClose } from '../engine/support.ts';
import { requireConfiguration, methodOf } from '../support/methods.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

/**
 * Trains a tiny sparse network on the engine and its float64 twin, remembers gradients over seven steps, and updates the
 * masks. The twin keeps dense gradients as the papers have them: v <- decay v + g, or their plain sum.
 */
async function train(input: ConfigurationInput, storage: 'dense' | 'sparse', observedFrom: number, decay: number) {
  const opening = trialOpening({ widths: [12, 17, 11, 4], density: 0.3, seed: 21 });
  const configuration = requireConfiguration({ ...input, sparsity: 0.7 });
  const masks = opening.state.layers.map(({ mask }) => mask);
  const reference = openReference(opening);
  const memory = createGradientMemory(methodOf(configuration), configuration, masks, [7, 14], null)!;
  const dense = masks.map(({ outputs, inputs }) => new Float64Array(outputs * inputs));
  const engine = await openCpu(opening, { storage: () => storage });
  try {
    for (let step = 1; step <= 7; step++) {
      const batch = trialBatch(opening, 16, step);
      expect(memory.observes(step)).toBe(step >= observedFrom);
      if (step >= observedFrom)
        reference
          .gradients(batch)
          .forEach(({ weights }, layer) =>
            weights.forEach((gradient, at) => (dense[layer][at] = decay * dense[layer][at] + gradient)),
          );
      await engine.trainStep(batch, STEP);
      reference.step(batch, STEP);
      if (memory.observes(step)) await memory.observe(engine);
    }
    dense.forEach((expected, layer) => expectClose(memory.values[layer], expected, 1e-4));
    const explored = masks.map(({ outputs, inputs }) => createExploredSet(outputs, inputs));
    const moment = { update: 1, step: 7, totalSteps: 14, rate: 0.3, density: null, memory: {} };
    const probe = trialBatch(opening, 16, 7);
    const { layers } = await updateMasks(engine, methodOf(configuration), configuration, explored, moment, probe, {
      gradientMemory: memory,
    });
    return { layers, masks, dense };
  } finally {
    await engine.close();
  }
}

describe.each(['dense', 'sparse'] as const)('in %s storage', (storage) => {
  it.each([
    ['snfs by the momentum of every step', { method: 'snfs', momentum: 0.9 }, 1, 0.9],
    ['rigl by the mean of the last three', { method: 'rigl', gradientBatches: 3 }, 5, 1],
  ] as const)('%s: growth takes the largest of a dense float64 implementation', async (_, input, from, decay) => {
    const { layers, masks, dense } = await train(input, storage, from, decay);
    for (const { layer, dropped, grown } of layers) {
      const active = new Set(positionsOf(masks[layer]));
      dropped.forEach((position) => active.delete(position));
      const best = Array.from(dense[layer].keys())
        .filter((position) => !active.has(position))
        .sort((a, b) => Math.abs(dense[layer][b]) - Math.abs(dense[layer][a]))
        .slice(0, grown.length);
      expect([...grown]).toEqual(best.sort((a, b) => a - b));
    }
    expect(layers.some(({ grown }) => grown.length > 0)).toBe(true);
  });
});

it('a network too large to remember is refused, with its size', () => {
  const masks = [{ outputs: 20_000, inputs: 20_000 }];
  expect(() =>
    createGradientMemory(methodOf('snfs'), requireConfiguration({ method: 'snfs' }), masks, [1], null),
  ).toThrow(/snfs remembers a gradient for every position: here 1\.5 GiB, of at most 1/);
  expect(createGradientMemory(methodOf('rigl'), requireConfiguration({ method: 'rigl' }), masks, [1], null)).toBeNull();
});
