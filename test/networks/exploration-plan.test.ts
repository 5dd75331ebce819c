import { describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../src-main/contract/index.ts';
import { countExploration } from '../../src-main/networks/exploration-plan.ts';
import { expectedRsWith, reachExpectedRs } from '../../src-main/networks/planner.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { applyUpdate, maskFromPositions } from '../../src-main/topology/mask.ts';
import { planUpdate } from '../../src-main/topology/update.ts';
import { layerView, updateContext } from '../topology/support.ts';
import { methodOf, requireConfiguration } from '../support/methods.ts';
import { explorationKnowledge, initialDensity, plannedUpdates } from '../support/by-configuration.ts';

const SHAPES = [
  { outputs: 40, inputs: 50 },
  { outputs: 10, inputs: 40 },
];
const TOTAL_STEPS = 400;

/** The method's own rules over weights drawn anew at every update; the explored share of each layer. */
async function explore(input: ConfigurationInput, seed: number): Promise<number[]> {
  const configuration = requireConfiguration({ ...input, seed });
  const { rewiring } = methodOf(configuration);
  const density = initialDensity(configuration);
  const masks = SHAPES.map(({ outputs, inputs }, layer) => {
    const size = outputs * inputs;
    const positions = sampleDistinct(createStream(seed, 'mask', layer), Math.round(density * size), size);
    return maskFromPositions(outputs, inputs, positions);
  });
  const explored = masks.map((mask) => {
    const set = createExploredSet(mask.outputs, mask.inputs);
    set.add(layerView(mask).positions);
    return set;
  });
  for (const [at, planned] of plannedUpdates(configuration, TOTAL_STEPS).entries()) {
    const views = masks.map((mask, layer) => {
      const noise = createStream(seed, 'weights', layer, at);
      const weights = Float32Array.from(mask.columns, (_, index) => noise.uniform(index) - 0.5);
      return layerView(mask, { layer, weights, explored: explored[layer] });
    });
    const context = updateContext({ ...planned, seed, update: at + 1, totalSteps: TOTAL_STEPS, configuration });
    for (const { layer, dropped, grown } of await planUpdate(rewiring!, views, context)) {
      masks[layer] = applyUpdate(masks[layer], dropped, grown);
      explored[layer].add(grown);
    }
  }
  return explored.map((set, layer) => set.size / (SHAPES[layer].outputs * SHAPES[layer].inputs));
}

function planned(input: ConfigurationInput) {
  const configuration = requireConfiguration(input);
  const density = initialDensity(configuration);
  const layers = SHAPES.map(({ outputs, inputs }) => ({
    prunableWeights: outputs * inputs,
    activeWeights: Math.round(density * outputs * inputs),
  }));
  return countExploration(methodOf(configuration), layers, plannedUpdates(configuration, TOTAL_STEPS));
}

describe('exploration counted update by update', () => {
  it.each<ConfigurationInput>([
    { method: 'mest', sparsity: 0.9, updateEvery: 10, pruneRate: 0.3, pruneSchedule: 'constant' },
    { method: 'mest', sparsity: 0.9, initialSparsity: 0.7, updateEvery: 20, pruneRate: 0.2 },
    { method: 'set', sparsity: 0.9, updateEvery: 20, pruneRate: 0.3 },
  ])('agrees with the rules themselves: $method from $initialSparsity', async (input) => {
    const runs = 60;
    const found = await Promise.all(Array.from({ length: runs }, (_, seed) => explore(input, seed + 1)));
    planned(input).layers.forEach(({ expectedRs, maxRs }, layer) => {
      const shares = found.map((each) => each[layer]);
      const mean = shares.reduce((sum, share) => sum + share, 0) / runs;
      const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (runs - 1);
      expect(Math.abs(mean - expectedRs)).toBeLessThan(4 * Math.sqrt(variance / runs));
      expect(Math.max(...shares)).toBeLessThanOrEqual(maxRs + 1e-12);
    });
  });

  it.each<ConfigurationInput>([
    { method: 'random-unfired', sparsity: 0.9, updateEvery: 40, pruneRate: 0.5 },
    { method: 'random-unfired', sparsity: 0.5, updateEvery: 10, pruneRate: 0.5 },
    { method: 'gmp', sparsity: 0.95, initialSparsity: 0.5, updateEvery: 40 },
    { method: 'gmp', sparsity: 0.95, initialSparsity: 0, updateEvery: 40 },
  ])('is exactly what the rules explore: $method, $sparsity', async (input) => {
    const [found] = await Promise.all([explore(input, 3)]);
    expect(planned(input).layers.map(({ expectedRs }) => expectedRs)).toEqual(
      found.map((share) => expect.closeTo(share, 12) as number),
    );
  });
});

describe('what a configuration tells of its exploration', () => {
  it.each<[ConfigurationInput, string]>([
    [{ method: 'set' }, 'closed'],
    [{ method: 'rigl-itop' }, 'closed'],
    [{ method: 'static' }, 'closed'],
    [{ method: 'dense' }, 'counted'],
    [{ method: 'mest' }, 'counted'],
    [{ method: 'gmp' }, 'counted'],
    [{ method: 'chtss' }, 'counted'],
    [{ method: 'ac-dc' }, 'counted'],
    [{ method: 'random-unfired' }, 'counted'],
    [{ method: 'granet', initialSparsity: 0 }, 'counted'],
    [{ method: 'granet', initialSparsity: 0.5 }, 'undetermined'],
    [{ method: 'snfs' }, 'undetermined'],
    [{ method: 'dsr' }, 'undetermined'],
    [{ method: 'deepr' }, 'undetermined'],
    [{ method: 'set', fidelity: 'reference' }, 'undetermined'],
    [{ method: 'set-itop', fidelity: 'reference' }, 'closed'],
    [{ method: 'snip' }, 'undetermined'],
  ])('%o: %s', (input, kind) => {
    const knowledge = explorationKnowledge(requireConfiguration(input));
    expect(knowledge.kind).toBe(kind);
    if (knowledge.kind === 'undetermined') expect(knowledge.why).toMatch(/follows? from/);
  });
});

describe('the inverse over counts', () => {
  const layers = [
    { prunableWeights: 30_000, density: 0.1 },
    { prunableWeights: 1000, density: 0.5 },
  ];

  it.each(['random-unfired', 'mest'] as const)('of %s reaches what it answers', (method) => {
    const configuration = requireConfiguration({ method, sparsity: 0.9, epochs: 10, pruneRate: 0.2, updateEvery: 100 });
    const problem = { method: methodOf(method), configuration, layers, stepsPerEpoch: 120 };
    const { updateEvery, epochs } = reachExpectedRs(problem, 0.6);
    expect(expectedRsWith(problem, { updateEvery: updateEvery! })).toBeGreaterThanOrEqual(0.6);
    expect(expectedRsWith(problem, { epochs: epochs! })).toBeGreaterThanOrEqual(0.6);
  });

  it('of gmp, which explores nothing, says that nothing helps', () => {
    const configuration = requireConfiguration({ method: 'gmp', initialSparsity: 0.5 });
    expect(
      reachExpectedRs({ method: methodOf(configuration), configuration, layers, stepsPerEpoch: 120 }, 0.6),
    ).toMatchObject({
      reached: false,
      updateEvery: null,
      epochs: null,
      pruneRate: null,
    });
  });
});
