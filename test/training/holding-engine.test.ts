import { describe, expect, it } from 'vitest';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { maskFromPositions } from '../../src-main/topology/mask.ts';
import { openHoldingEngine } from '../../src-main/training/holding-engine.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { positionsOf, trialBatch, trialOpening } from '../engine/networks.ts';
import { openReference } from '../engine/reference.ts';
import { expectClose } from '../engine/support.ts';
import { requireConfiguration, methodOf } from '../support/methods.ts';
import { drawInitialMasks } from '../support/by-configuration.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };
const CONFIGURATION = requireConfiguration({ method: 'top-kast', sparsity: 0.8, explorationShare: 0.5 });
const opening = trialOpening({ widths: [12, 17, 11, 4], density: 0.2, seed: 41 });
const open = () => openHoldingEngine(opening, openCpu, { configuration: CONFIGURATION, share: 0.5, saved: null });

describe('held weights (Top-KAST)', () => {
  it('take no part forward, and are trained by their gradients, with weight decay divided by the density', async () => {
    const { engine, held } = await open();
    try {
      const reference = openReference(opening);
      const momenta = opening.state.layers.map(({ mask }) => new Float64Array(mask.outputs * mask.inputs));
      const expected = opening.state.layers.map((_, layer) => Float64Array.from(held.values(layer)));
      const passive = (await held.saved())
        .slice(3)
        .map((all) => [...all.keys()].filter((at) => !Number.isNaN(all[at])));
      passive.forEach((positions, layer) => {
        const { mask } = opening.state.layers[layer];
        expect(positions).toHaveLength(Math.round(0.5 * mask.columns.length));
        // The largest of what is not active.
        const least = Math.min(...positions.map((at) => Math.abs(expected[layer][at])));
        expect(expected[layer].filter((value) => Math.abs(value) > least)).toHaveLength(positions.length - 1);
      });
      for (let step = 1; step <= 4; step++) {
        const batch = trialBatch(opening, 16, step);
        const gradients = reference.gradients(batch);
        const { loss } = await engine.trainStep(batch, STEP);
        expect(loss).toBeCloseTo(reference.loss(batch), 4);
        reference.step(batch, STEP);
        passive.forEach((positions, layer) => {
          const { mask } = opening.state.layers[layer];
          const decay = (STEP.learningRate * STEP.weightDecay * mask.outputs * mask.inputs) / mask.columns.length;
          for (const at of positions) {
            const g = gradients[layer].weights[at];
            momenta[layer][at] = STEP.momentum * momenta[layer][at] + g;
            expected[layer][at] *= 1 - decay;
            expected[layer][at] -= STEP.learningRate * (g + STEP.momentum * momenta[layer][at]);
          }
        });
      }
      for (const [layer, { mask }] of opening.state.layers.entries()) {
        expectClose(held.values(layer), expected[layer], 1e-4);
        const active = Array.from(positionsOf(mask), (position) => reference.layers[layer].weights[position]);
        expectClose(await engine.activeWeights(layer), active, 1e-4);
      }
    } finally {
      await engine.close();
    }
  });

  it('overtake active ones: after an update the active weights are the largest of all, and none is lost', async () => {
    const { engine, held } = await open();
    try {
      for (let step = 1; step <= 3; step++) await engine.trainStep(trialBatch(opening, 16, step), STEP);
      const all = async (layer: number) => {
        const values = Float32Array.from(held.values(layer));
        const weights = await engine.activeWeights(layer);
        positionsOf(await engine.mask(layer)).forEach((position, k) => (values[position] = weights[k]));
        return values;
      };
      const before = [await all(0), await all(1), await all(2)];
      const explored = opening.state.layers.map(({ mask }) => createExploredSet(mask.outputs, mask.inputs));
      const moment = { update: 1, step: 3, totalSteps: 9, rate: 1, density: null, memory: {} };
      const probe = trialBatch(opening, 16, 9);
      const {
        before: counts,
        after,
        changed,
      } = await updateMasks(engine, methodOf(CONFIGURATION), CONFIGURATION, explored, moment, probe, { held });
      expect(after).toEqual(counts);
      expect(Math.min(...changed)).toBeGreaterThan(0);
      for (const layer of [0, 1, 2]) {
        expect(await all(layer)).toEqual(before[layer]);
        const active = (await engine.activeWeights(layer)).map(Math.abs);
        const passive = held.values(layer).map(Math.abs);
        expect(Math.min(...active)).toBeGreaterThanOrEqual(Math.max(...passive));
      }
      await engine.trainStep(trialBatch(opening, 16, 4), STEP);
    } finally {
      await engine.close();
    }
  });

  it('start with the largest initial draws active', () => {
    const [mask] = drawInitialMasks([[20, 30]], CONFIGURATION);
    const [random] = drawInitialMasks([[20, 30]], { ...CONFIGURATION, method: 'static' });
    expect(mask.columns).toHaveLength(random.columns.length);
    expect(mask).not.toEqual(random);
  });

  it('are refused where there are too many, with their size', async () => {
    const mask = { ...maskFromPositions(1, 2, Float64Array.of(0)), outputs: 20_000, inputs: 20_000 };
    const large = { ...opening, state: { norms: [], layers: [{ ...opening.state.layers[0], mask }] } };
    await expect(
      openHoldingEngine(large, openCpu, { configuration: CONFIGURATION, share: 1, saved: null }),
    ).rejects.toThrow(/top-kast keeps a value for every position: here 1\.5 GiB, of at most 1/);
  });
});
