import { expect } from 'vitest';
import type { ActivationStorage, EngineOptions } from '../../src-main/engine/engine.ts';
import type { WebGpuAccess, WebGpuEngine } from '../../src-main/engine/webgpu/index.ts';
import { imageOpening, residualNetwork } from './images.ts';
import { trialBatch, trialOpening } from './networks.ts';
import { withEngine } from './support.ts';
import { openWebGpu } from './webgpu-support.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

/** Every kind of sum: norms in workgroups of 256 threads and of 64, gradients of sparse weights, biases. */
const openings: (() => EngineOptions)[] = [
  () => imageOpening({ shape: [12, 12, 3], classes: 5, layers: residualNetwork(3, 4, 5), density: 0.5, seed: 6 }),
  () => trialOpening({ widths: [30, 70, 50, 5], density: 0.2, seed: 9 }),
];

/** All that a few steps leave, and an evaluation after them. */
async function train(opening: EngineOptions, without: WebGpuAccess['without']) {
  return withEngine(
    (given) => openWebGpu(given, without),
    opening,
    async (engine) => {
      const results = [];
      for (let t = 0; t < 4; t++) results.push(await engine.trainStep(trialBatch(opening, 32 - t, t), STEP));
      const gradients = await Promise.all(opening.state.layers.map((_, layer) => engine.gradients(layer)));
      results.push(await engine.evaluate(trialBatch(opening, 30, 9)));
      const state = await engine.snapshot();
      return { results, gradients, state, abilities: (engine as WebGpuEngine).abilities };
    },
  );
}

/** A run with these features of the device left unused gives the same bits as one that uses them. */
export async function expectSameRun(activations: ActivationStorage, without: WebGpuAccess['without']): Promise<void> {
  for (const make of openings) {
    const opening = { ...make(), activations };
    const { abilities, ...used } = await train(opening, []);
    const { abilities: others, ...unused } = await train(opening, without);
    expect(others).not.toEqual(abilities);
    expect(used.results.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(unused).toEqual(used);
  }
}
