import { describe, expect, it } from 'vitest';
import type { ConfigurationInput, LayerUpdate, Mask } from '../../src-main/contract/index.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { activeCounts } from '../../src-main/topology/distributions/index.ts';
import { createExploredSet, expectedRs, largestRs } from '../../src-main/topology/exploration.ts';
import { plannedActiveCounts } from '../../src-main/topology/initial-masks.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import type { LayerView, UpdateContext } from '../../src-main/topology/rules.ts';
import { planUpdate } from '../../src-main/topology/update.ts';
import { gradientView, layerView, updateContext } from './support.ts';
import { methodOf, requireConfiguration } from '../support/methods.ts';
import { configurationIssues, drawInitialMasks, planRun } from '../support/by-configuration.ts';

/** One update of layers by the method of `input`. */
const update = (input: ConfigurationInput, views: LayerView[], given: Partial<UpdateContext> = {}) => {
  const configuration = requireConfiguration(input);
  return planUpdate(methodOf(configuration).rewiring!, views, { ...updateContext(), configuration, ...given });
};

/** A layer given by what stands at its positions: `.` inactive, else the weight; and by its gradients. */
function layerOf(weights: (number | '.')[][], gradients: number[][], given: Partial<LayerView> = {}): LayerView {
  const flat = weights.flat();
  const active = flat.flatMap((weight, position) => (weight === '.' ? [] : [position]));
  const mask = maskFromPositions(weights.length, weights[0].length, Float64Array.from(active));
  const values = Float32Array.from(active, (position) => Number(flat[position]));
  return gradientView(mask, values, Float32Array.from(gradients.flat()), given);
}

const dropAndGrowth = ([{ dropped, grown }]: LayerUpdate[]) => [[...dropped], [...grown]];

const rowCounts = ({ rowStarts, outputs }: Mask): number[] =>
  Array.from({ length: outputs }, (_, row) => rowStarts[row + 1] - rowStarts[row]);

describe('SRigL (Lasby et al. 2024, Algorithm 1), by hand', () => {
  const WEIGHTS: (number | '.')[][] = [
    [0.9, 0.8, '.', '.'],
    [0.7, 0.6, '.', '.'],
    [0.05, 0.04, '.', '.'],
  ];
  // K = 2 of A = 6: salient are the four largest weights and the two largest gradients of inactive positions.
  const ABOVE = [
    [9, 9, 5, 1],
    [9, 9, 4, 2],
    [9, 9, 0.5, 0.4],
  ];
  const BELOW = [
    [0, 0, 4, 1],
    [0, 0, 0.1, 0.2],
    [0.6, 0.5, 5, 1],
  ];
  it.each([
    // Salient 3, 3, 0: the third is ablated, and the others have a fan-in of 3.
    [
      'ablates a unit without salient weights',
      0.5,
      false,
      ABOVE,
      [
        [8, 9],
        [2, 6],
      ],
    ],
    // Salient 3, 2, 1, at least 1: the third loses its two weights and grows two elsewhere.
    [
      'keeps one with enough of them',
      0.5,
      false,
      BELOW,
      [
        [8, 9],
        [10, 11],
      ],
    ],
    // At least 2: the third goes.
    [
      'by the share of its fan-in',
      1,
      false,
      BELOW,
      [
        [8, 9],
        [2, 7],
      ],
    ],
    [
      'never in the last layer',
      1,
      true,
      BELOW,
      [
        [8, 9],
        [10, 11],
      ],
    ],
    [
      'not at all with a share of 0',
      0,
      false,
      ABOVE,
      [
        [8, 9],
        [8, 9],
      ],
    ],
  ] as const)('%s', async (_, salientShare, isLast, gradients, expected) => {
    const view = layerOf(WEIGHTS, gradients as unknown as number[][], { isLast });
    expect(dropAndGrowth(await update({ method: 'srigl', salientShare }, [view], { rate: 0.34 }))).toEqual(expected);
  });

  // K = 2: 0.4 and 0.5 are not salient, two gradients of the third unit are: 3, 1 and 2.
  it.each([
    // At least 1: a fan-in of 2, so 0.7 goes, and the second unit grows again what it lost.
    [
      'lets an ablated unit come back, each to one fan-in',
      0.5,
      [
        [2, 4, 5],
        [4, 6, 7],
      ],
    ],
    // At least 2: the second is ablated instead.
    [
      'ablates another instead',
      1,
      [
        [3, 4, 5],
        [6, 7, 8],
      ],
    ],
  ])('%s', async (_, salientShare, expected) => {
    const weights: (number | '.')[][] = [
      [0.9, 0.8, 0.7],
      [0.6, 0.5, 0.4],
      ['.', '.', '.'],
    ];
    const gradients = [
      [0, 0, 0],
      [0, 1, 0],
      [7, 8, 6],
    ];
    const view = layerOf(weights, gradients);
    expect(dropAndGrowth(await update({ method: 'srigl', salientShare }, [view], { rate: 0.34 }))).toEqual(expected);
  });

  it('never ablates more units than the weights need', async () => {
    const weights: (number | '.')[][] = [
      [0.9, 0.8, '.'],
      [0.7, 0.02, '.'],
      [0.6, 0.01, '.'],
    ];
    // Salient 3, 2, 1 of at least 2, were it not for six weights at three positions a unit: two units must stay.
    const gradients = [
      [0, 0, 3],
      [0, 0, 2],
      [0, 0, 1],
    ];
    const view = layerOf(weights, gradients);
    const [{ dropped, grown }] = await update({ method: 'srigl', salientShare: 1 }, [view], { rate: 0.34 });
    expect(rowCounts(applyUpdate(view.mask, dropped, grown))).toEqual([3, 3, 0]);
    const flat = layerOf(
      weights,
      gradients.map((row) => row.map(() => 0)),
    );
    // Salient 2, 1, 1: the second needed has 1, so that all units with 1 stay.
    const [kept] = await update({ method: 'srigl', salientShare: 1 }, [flat], { rate: 0.34 });
    expect(rowCounts(applyUpdate(flat.mask, kept.dropped, kept.grown))).toEqual([2, 2, 2]);
  });
});

describe('RigL N:M, by hand', () => {
  it('drops the smallest of the layer, and grows in each group what it lost', async () => {
    // 2:4. The two smallest, 0.1 and 0.2, stand in the first group.
    const weights: (number | '.')[][] = [
      [0.1, '.', 0.2, '.', '.', 0.9, 0.8, '.'],
      [0.7, 0.6, '.', '.', 0.5, '.', '.', 0.4],
    ];
    const gradients = [
      [0, 3, 4, 2, 9, 9, 9, 9],
      [9, 9, 9, 9, 9, 9, 9, 9],
    ];
    const view = layerOf(weights, gradients, { layer: 1 });
    expect(dropAndGrowth(await update({ method: 'rigl-nm' }, [view], { rate: 0.25 }))).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('grows by the layer where groups do not divide the first layer’s inputs', async () => {
    const weights: (number | '.')[][] = [
      [0.1, 0.2, 0.3, '.', '.', '.'],
      [0.7, 0.6, 0.5, '.', '.', '.'],
    ];
    const gradients = [
      [0, 0, 0, 1, 2, 3],
      [0, 0, 0, 4, 5, 6],
    ];
    const view = layerOf(weights, gradients);
    expect(dropAndGrowth(await update({ method: 'rigl-nm' }, [view], { rate: 0.34 }))).toEqual([
      [0, 1],
      [10, 11],
    ]);
  });
});

describe('RigL in blocks, by hand', () => {
  it('drops the block of smallest sum and grows that of largest', async () => {
    // Blocks of 2 outputs x 1 input: sums 0.5, 0.7 above, 1.0, 0.45 below. Gradients 3, 4 (just dropped: 1.5), 5.
    const weights: (number | '.')[][] = [
      [0.1, '.', 0.6],
      [0.4, '.', 0.1],
      [0.9, 0.05, '.'],
      [0.1, 0.4, '.'],
    ];
    const gradients = [
      [9, 1, 9],
      [9, 2, 9],
      [9, 1, 4],
      [9, -0.5, -1],
    ];
    const view = layerOf(weights, gradients);
    const input: ConfigurationInput = { method: 'rigl-blocks', blockSize: 2 };
    expect(dropAndGrowth(await update(input, [view], { rate: 0.25 }))).toEqual([
      [7, 10],
      [8, 11],
    ]);
  });

  it('of one weight is RigL, and so is a last layer that blocks do not divide', async () => {
    const noise = createStream(3, 'weights');
    const [mask] = drawInitialMasks([[10, 30]], { method: 'rigl', sparsity: 0.8, distribution: 'erk', seed: 3 });
    const weights = Float32Array.from(mask.columns, (_, at) => noise.normal(at));
    const gradients = Float32Array.from({ length: 300 }, (_, at) => noise.normal(1000 + at));
    const view = (isLast: boolean) => gradientView(mask, weights, gradients, { isLast });
    const [rigl] = await update({ method: 'rigl' }, [view(false)]);
    expect(await update({ method: 'rigl-blocks', blockSize: 1 }, [view(false)])).toEqual([rigl]);
    expect(await update({ method: 'rigl-blocks', blockSize: 4 }, [view(true)])).toEqual([rigl]);
  });
});

const SHAPES = [
  [40, 60],
  [28, 40],
  [10, 28],
];
const STRUCTURED: { input: ConfigurationInput; holds(mask: Mask, layer: number): void }[] = [
  {
    input: { method: 'srigl', sparsity: 0.8, salientShare: 0.7 },
    holds(mask) {
      const fanIns = rowCounts(mask).filter((count) => count > 0);
      expect(Math.max(...fanIns) - Math.min(...fanIns)).toBeLessThanOrEqual(1);
    },
  },
  ...[
    [0.5, 4],
    [0.75, 4],
    [0.9, 20],
  ].map(([sparsity, groupSize]) => ({
    input: { method: 'rigl-nm', sparsity, groupSize } as const,
    holds(mask: Mask) {
      if (mask.inputs % groupSize !== 0) return;
      const counts = new Array<number>((mask.outputs * mask.inputs) / groupSize).fill(0);
      for (const position of positionsOf(mask)) counts[Math.floor(position / groupSize)]++;
      expect(new Set(counts)).toEqual(new Set([Math.round((1 - sparsity) * groupSize)]));
    },
  })),
  ...[2, 4].map((blockSize) => ({
    input: { method: 'rigl-blocks', sparsity: 0.8, blockSize } as const,
    holds(mask: Mask) {
      if (mask.outputs % blockSize !== 0) return;
      const active = new Set(positionsOf(mask));
      for (const position of active) {
        const first = position - (Math.floor(position / mask.inputs) % blockSize) * mask.inputs;
        for (let output = 0; output < blockSize; output++) expect(active.has(first + output * mask.inputs)).toBe(true);
      }
    },
  })),
];

describe.each(STRUCTURED)('masks of $input', ({ input, holds }) => {
  const shapes = input.groupSize === 20 ? SHAPES.slice(0, 2) : SHAPES;
  const configuration = requireConfiguration({ ...input, seed: 7 });
  const masks = drawInitialMasks(shapes, configuration);

  it('have the planned counts, and the pattern from the start', () => {
    const counts = masks.map((mask) => mask.columns.length);
    expect(counts).toEqual(plannedActiveCounts(shapes, methodOf(configuration), configuration));
    const size = shapes.reduce((sum, [outputs, inputs]) => sum + outputs * inputs, 0);
    const budget = Math.round((1 - configuration.sparsity) * size);
    const total = counts.reduce((sum, count) => sum + count, 0);
    // In blocks of 2 every layer has whole ones; else the last layer, or all, take what is left.
    expect(budget - total).toBe(input.blockSize === 2 ? budget % 2 : 0);
    masks.forEach(holds);
    expect(drawInitialMasks(shapes, { ...configuration, seed: 8 })[0]).not.toEqual(masks[0]);
  });

  it.each([0, 0.05, 0.3, 0.95])(
    'keep both at a rate of %f, over many updates, with and without gradients',
    async (rate) => {
      let now = masks;
      for (let at = 1; at <= 6; at++) {
        const views = now.map((mask, layer) => {
          const noise = createStream(11, 'weights', layer, at);
          const weights = Float32Array.from(mask.columns, (_, index) => noise.normal(index));
          const dense = Float32Array.from({ length: mask.outputs * mask.inputs }, (_, index) =>
            at % 3 === 0 || index % 5 === 0 ? 0 : noise.normal(1e6 + index),
          );
          return gradientView(mask, weights, dense, { layer, isLast: layer === shapes.length - 1 });
        });
        const layers = await update(input, views, { rate, update: at });
        now = layers.map(({ dropped, grown }, layer) => applyUpdate(now[layer], dropped, grown));
        expect(now.map((mask) => mask.columns.length)).toEqual(masks.map((mask) => mask.columns.length));
        now.forEach(holds);
        if (rate === 0) expect(now).toEqual(masks);
      }
      if (input.method === 'srigl') expect(rowCounts(now.at(-1)!)).not.toContain(0);
    },
  );
});

describe('counts in whole units', () => {
  it.each([
    // 0.3 x 40 = 12 and 0.3 x 30 = 9: 21 in all, whole fours: 12 + 8.
    [
      [
        [4, 10],
        [4, 8],
      ],
      [0.3, 0.28125],
      [4, 4],
      [12, 8],
    ],
    // What fours leave, the last takes one by one.
    [
      [
        [4, 10],
        [3, 10],
      ],
      [0.35, 0.3],
      [4, 1],
      [12, 11],
    ],
    [
      [
        [4, 10],
        [3, 10],
      ],
      [0.35, 0.3],
      [1, 1],
      [14, 9],
    ],
  ])('of %j at %j in %j are %j', (shapes, densities, units, expected) => {
    expect(activeCounts(shapes, densities, units)).toEqual(expected);
  });
});

describe('a pattern that does not divide is refused with the numbers', () => {
  const issue = (input: ConfigurationInput) => {
    const configuration = requireConfiguration(input);
    const plan = planRun(configuration, { shape: [28, 28, 1], classes: 10, trainCount: 1000 });
    return configurationIssues(plan, configuration, plan.layers)[0] ?? null;
  };

  it.each<[ConfigurationInput, string, RegExp]>([
    [
      { sparsity: 0.9 },
      'sparsity',
      /^0.9 leaves 0.4 weights of every group of 4, .*; choose 0.75, or another group size/,
    ],
    [{ sparsity: 0.6 }, 'sparsity', /^0.6 leaves 1.6 weights of every group of 4, .*; choose 0.5 or 0.75, /],
    [{ sparsity: 0.999999 }, 'sparsity', /leaves 0.000004 weights .*; choose 0.75, /],
    [
      { sparsity: 0.5, network: 'mlp-300-100', groupSize: 8 },
      'groupSize',
      /^groups of 8 do not divide the 300 inputs of a unit of layer fc2; choose 2, 4, 5, 10, 20 or 25, or another network/,
    ],
    [{ sparsity: 0.5, network: 'mlp-7-13' }, 'groupSize', /7 inputs of a unit of layer fc2; choose another network/],
  ])('N:M: %o', (input, field, message) => {
    expect(issue({ method: 'rigl-nm', ...input })).toEqual({
      field,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([3, 6, 7, 9, 11, 64])('N:%i: each sparsity that is offered instead is taken', (groupSize) => {
    const network = `mlp-${groupSize * 4}-${groupSize * 2}`;
    const offered = /choose (.*), or another/.exec(
      issue({ method: 'rigl-nm', network, groupSize, sparsity: 0.51 })!.message,
    );
    const sparsities = offered![1].split(' or ').map(Number);
    expect(sparsities).toHaveLength(2);
    for (const sparsity of sparsities) {
      const input: ConfigurationInput = { method: 'rigl-nm', network, groupSize, sparsity };
      expect(issue(input), String(sparsity)).toBeNull();
      const { layers } = planRun(requireConfiguration(input), { shape: [28, 28, 1], classes: 10, trainCount: 1000 });
      for (const { activeWeights, prunableWeights } of layers.slice(1)) {
        expect(activeWeights * groupSize).toBe(Math.round((1 - sparsity) * groupSize) * prunableWeights);
      }
    }
  });

  it.each<ConfigurationInput>([
    { method: 'rigl-nm', sparsity: 0.9, groupSize: 10, network: 'mlp-300-100' },
    // 25 inputs of the first convolution: no groups there.
    { method: 'rigl-nm', sparsity: 0.5, groupSize: 4, network: 'lenet5', batchSize: 8 },
    { method: 'rigl-nm' },
    { method: 'rigl-blocks' },
    { method: 'srigl' },
  ])('not where it does: %o', (input) => {
    expect(issue(input)).toBeNull();
  });

  it('blocks', () => {
    expect(issue({ method: 'rigl-blocks', network: 'mlp-300-100', blockSize: 8 })).toEqual({
      field: 'blockSize',
      message:
        'blocks of 8 do not divide the 300 outputs of layer fc1; choose 2, 4, 5, 10, 20 or 25, or another network',
    });
  });
});

describe('exploration without gradients', () => {
  const UPDATES = 8;
  const RUNS = 40;
  const RATE = 0.3;

  /** Mean and deviation of the mean of R_s of one layer whose weights are drawn anew at every update. */
  async function explored(input: ConfigurationInput, shape: readonly [number, number]) {
    const found: number[] = [];
    for (let seed = 1; seed <= RUNS; seed++) {
      const configuration = requireConfiguration({ ...input, seed });
      let [mask] = drawInitialMasks([shape], configuration);
      const set = createExploredSet(...shape);
      set.add(positionsOf(mask));
      for (let at = 1; at <= UPDATES; at++) {
        const noise = createStream(seed, 'weights', at);
        const weights = Float32Array.from(mask.columns, (_, index) => noise.uniform(index) - 0.5);
        const [layer] = await update(input, [layerView(mask, { weights })], { rate: RATE, update: at, seed });
        mask = applyUpdate(mask, layer.dropped, layer.grown);
        set.add(layer.grown);
      }
      found.push(set.size / (shape[0] * shape[1]));
    }
    const mean = found.reduce((sum, value) => sum + value, 0) / RUNS;
    const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (RUNS - 1);
    return { mean, deviation: Math.sqrt(variance / RUNS), most: Math.max(...found) };
  }

  it('in blocks is that of the closed form over blocks', async () => {
    // 2000 of 10,000 weights, 500 blocks, of which 150 go.
    const { mean, deviation, most } = await explored({ method: 'rigl-blocks', sparsity: 0.8 }, [100, 100]);
    const rates = new Array<number>(UPDATES).fill(RATE);
    expect(Math.abs(mean - expectedRs(0.2, rates))).toBeLessThan(4 * deviation);
    expect(most).toBeLessThanOrEqual(largestRs(0.2, rates));
  });

  it('in groups of N:M is that of groups which lose a hypergeometric number, below RigL’s', async () => {
    // 2:4 of 5000 of 10,000: a group loses h of 2, and what it has not explored stays so with 2 / (2 + h).
    const lost = 1500 / 5000;
    const ofTwo = [(1 - lost) ** 2, 2 * lost * (1 - lost), lost ** 2];
    const stays = ofTwo.reduce((sum, chance, h) => sum + (chance * 2) / (2 + h), 0);
    const { mean, deviation, most } = await explored({ method: 'rigl-nm', sparsity: 0.5 }, [100, 100]);
    expect(Math.abs(mean - (1 - 0.5 * stays ** UPDATES))).toBeLessThan(4 * deviation + 1e-3);
    const rates = new Array<number>(UPDATES).fill(RATE);
    expect(mean).toBeLessThan(expectedRs(0.5, rates));
    expect(most).toBeLessThanOrEqual(largestRs(0.5, rates));
  });
});
