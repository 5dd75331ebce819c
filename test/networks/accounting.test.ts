import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigurationInput, RunPlan } from '../../src-main/contract/index.ts';
import { MOST_PLANNED } from '../../src-main/networks/accounting.ts';
import { forwardFlops } from '../../src-main/networks/flops.ts';
import { METHOD_NAMES, methodOf, requireConfiguration, resolveConfiguration } from '../support/methods.ts';
import {
  configurationIssues,
  configurationWarnings,
  initialLayers,
  planRun,
  plannedUpdates,
  sampledUpdates,
} from '../support/by-configuration.ts';

const CIFAR10 = { shape: [32, 32, 3] as [number, number, number], classes: 10, trainCount: 50_000 };
const MNIST = { shape: [28, 28, 1] as [number, number, number], classes: 10, trainCount: 8500 };
const SMALL = { shape: [6, 6, 1] as [number, number, number], classes: 3, trainCount: 600 };
const plan = (input: ConfigurationInput, dataset = CIFAR10) => planRun(requireConfiguration(input), dataset);

describe('the plan of a run', () => {
  it('counts the reference MLP as itop.md 1.4 does', () => {
    const { prunableWeights, activeWeights, layers, flops } = plan({ network: 'mlp-1024-512', sparsity: 0.95 });
    expect(prunableWeights).toBe(3_675_136);
    expect(activeWeights).toBe(Math.round(3_675_136 * 0.05));
    expect(layers.map((layer) => layer.density === 1)).toEqual([false, false, true]);
    expect(flops.inferenceRatio).toBeCloseTo(0.05, 4);
  });

  it('counts steps as the reference does: 352 an epoch for CIFAR-10 less a tenth, at batch 128', () => {
    const { stepsPerEpoch, totalSteps, updates } = plan({
      network: 'mlp-1024-512',
      method: 'set-itop',
      batchSize: 128,
      epochs: 250,
    });
    expect(stepsPerEpoch).toBe(352);
    expect(totalSteps).toBe(88_000);
    expect(updates).toBe(58);
  });

  it('knows that dense costs what dense costs, and explores everything at once', () => {
    const dense = plan({ method: 'dense' });
    expect(dense.flops).toEqual({ trainRatio: 1, inferenceRatio: 1 });
    expect(dense.activeWeights).toBe(dense.prunableWeights);
    expect(dense.maxRs).toBe(1);
    expect(dense.expectedRs).toBe(1);
  });

  it('keeps R_s of a static run at its density', () => {
    const fixed = plan({ method: 'static', sparsity: 0.9 });
    expect(fixed.updates).toBe(0);
    expect(fixed.expectedRs).toBeCloseTo(0.1, 5);
    expect(fixed.maxRs).toBeCloseTo(0.1, 5);
  });
});

describe('a plan of more updates than it sums one by one', () => {
  const long = { network: 'mlp-16-8', updateEvery: 1, epochs: 400, batchSize: 1, sparsity: 0.8, stopFraction: 1 };
  const dataset = { shape: [2, 2, 1] as [number, number, number], classes: 10, trainCount: 50 };

  it.each(METHOD_NAMES.filter((name) => methodOf(name).rewiring))(
    'counts the updates of %s, each of them',
    (method) => {
      const configuration = requireConfiguration({ ...long, method });
      const { updates, totalSteps } = planRun(configuration, dataset);
      const all = plannedUpdates(configuration, totalSteps);
      expect(updates).toBe(all.length);
      const samples = sampledUpdates(configuration, totalSteps, 1000);
      expect(samples.length).toBe(Math.min(1000, all.length));
      expect(samples.reduce((sum, { times = 1 }) => sum + times, 0)).toBe(all.length);
      const densityOf = (list: typeof all) => list.findLast(({ density }) => density !== null)?.density;
      expect(densityOf(samples)).toBe(densityOf(all));
    },
  );

  it.each(['rigl', 'gmp', 'granet', 'chtss', 'dsr', 'mest'] as const)('says of %s what all updates say', (method) => {
    const input = { ...long, method, pruneRate: method === 'gmp' ? 0 : 0.0002, initialSparsity: 0.3 };
    const configuration = requireConfiguration(input);
    const fine = planRun(configuration, dataset);
    const coarse = planRun({ ...configuration, updateEvery: 5 }, dataset);
    expect(fine.updates).toBeGreaterThan(MOST_PLANNED);
    expect(coarse.updates).toBeLessThanOrEqual(MOST_PLANNED);
    expect(fine.flops.inferenceRatio).toBe(coarse.flops.inferenceRatio);
    if (!methodOf(method).rewiring?.needsDenseGradient)
      expect(fine.flops.trainRatio).toBeCloseTo(coarse.flops.trainRatio, 3);
  });
});

describe('the bound on R_s', () => {
  const input = { sparsity: 0.95, updateEvery: 100, epochs: 4, pruneSchedule: 'constant', pruneRate: 0.3 } as const;
  const of = (change: ConfigurationInput) => {
    const { updates, maxRs, expectedRs } = plan({ ...input, ...change });
    expect(updates).toBeGreaterThan(8);
    return { updates, maxRs, expectedRs };
  };

  it('of the reference code’s SET, which drops whole signs, follows from no prune rate', () => {
    const [few, many] = [0.01, 0.5].map((pruneRate) => of({ method: 'set', fidelity: 'reference', pruneRate }));
    expect(few).toEqual(many);
    expect(few.maxRs).toBeCloseTo(Math.min(1, 0.05 * (1 + few.updates)), 4);
    expect(few.expectedRs).toBeGreaterThan(of({ method: 'set', pruneRate: 0.3 }).maxRs);
  });

  it('of DSR is that of half a network an update, whatever its prune rate', () => {
    const { updates, maxRs } = of({ method: 'dsr', pruneRate: 0.05 });
    expect(maxRs).toBeCloseTo(Math.min(1, 0.05 * (1 + updates / 2)), 4);
  });

  it('of SNFS and GraNet is the network’s: a layer may hand what it drops to another', () => {
    const { updates, maxRs } = of({ method: 'snfs' });
    expect(maxRs).toBeCloseTo(Math.min(1, 0.05 * (1 + 0.3 * updates)), 4);
    const configuration = requireConfiguration({ ...input, method: 'granet', initialSparsity: 0.8 });
    const { totalSteps, maxRs: most } = planRun(configuration, CIFAR10);
    let [density, explored] = [0.2, 0.2];
    for (const update of plannedUpdates(configuration, totalSteps)) {
      density = update.density ?? density;
      explored += density * update.rate;
    }
    expect(explored).toBeLessThan(1);
    expect(most).toBeCloseTo(explored, 4);
  });
});

const issuesOf = (planned: RunPlan, method: string) =>
  configurationIssues(planned, requireConfiguration({ method, sparsity: 0.9 }), planned.layers);

describe('the largest sparsities', () => {
  it('leave a network of a million hidden neurons some ten million weights', () => {
    const planned = plan({ network: 'mlp-500000-500000', method: 'rigl', sparsity: 0.99996 });
    expect(planned.prunableWeights).toBe(3072 * 500_000 + 500_000 ** 2 + 500_000 * 10);
    expect(planned.activeWeights).toBe(Math.round(planned.prunableWeights * 0.00004));
    expect(issuesOf(planned, 'rigl')).toEqual([]);
  });

  it('are refused where a layer would keep no weight', () => {
    const planned = plan({ network: 'mlp-256', sparsity: 0.999999, distribution: 'uniform' });
    expect(planned.layers.map((layer) => layer.activeWeights)).toEqual([1, 0]);
    expect(issuesOf(planned, 'rigl')).toMatchObject([
      { field: 'sparsity', message: expect.stringMatching(/^layer fc2 would keep none of its 2560 weights/) as string },
    ]);
  });
});

describe('uniform with a dense first layer', () => {
  const start = (input: ConfigurationInput) => {
    const configuration = requireConfiguration({ distribution: 'uniform-first-dense', ...input });
    const layers = initialLayers(configuration, MNIST);
    return { layers, issues: configurationIssues(planRun(configuration, MNIST), configuration, layers) };
  };

  // 784 x 300 + 300 x 100 + 100 x 10 = 266,200 weights. Others of 1 / 100 have 310 of 31,000, one for each last output.
  it.each([
    ['mlp-300-100', 0.9, 26_620, 235_200, 0.115],
    ['mlp-300-100', 0.1157, 235_401, 235_200, 0.115],
    ['mlp-256-128', 0.95, 11_738, 200_704, 0.143],
  ])(
    '%s at sparsity %f starts with %i of which the first layer needs %i: refused',
    (network, sparsity, active, first, most) => {
      const { issues } = start({ network, sparsity });
      expect(issues).toMatchObject([{ field: 'distribution' }]);
      expect(issues[0].message).toMatch(
        new RegExp(
          `layer fc1 dense: its ${first} weights, of the ${active} .* sparsity of at most ${most} at the start`,
        ),
      );
      const remedied = start({ network, sparsity: most });
      expect(remedied.issues).toEqual([]);
      expect(remedied.layers[0].density).toBe(1);
      expect(remedied.layers.at(-1)?.activeWeights).toBeGreaterThanOrEqual(10);
    },
  );

  it('is dense where it can be, and asked only of the start', () => {
    expect(start({ network: 'resnet18', sparsity: 0.95 }).layers[0].density).toBe(1);
    expect(start({ network: 'mlp-300-100', method: 'gmp', sparsity: 0.9, initialSparsity: 0 }).issues).toEqual([]);
    expect(start({ network: 'mlp-300-100', method: 'dense' }).issues).toEqual([]);
  });
});

describe('where scores choose the initial mask', () => {
  // 1,592 weights, of which the distribution would give the second layer none.
  it.each(['snip', 'grasp', 'synflow'] as const)(
    '%s is refused only where a layer cannot have one weight',
    (method) => {
      const eight = plan({ network: 'mlp-2-2', method, sparsity: 0.995 }, MNIST);
      expect(issuesOf(eight, method)).toEqual([]);
      expect(issuesOf(eight, 'set')).toHaveLength(1);
      const one = plan({ network: 'mlp-2-2', method, sparsity: 0.9995 }, MNIST);
      expect(issuesOf(one, method)).toMatchObject([
        { field: 'sparsity', message: expect.stringMatching(/^leaves 1 weight for 3 layers/) as string },
      ]);
    },
  );
});

describe('training FLOPs', () => {
  const stretch = (change = {}) => ({ updates: 1000, steps: 100_000, gradientSteps: 1, held: 0, ...change });
  /** ResNet-50, ImageNet: published training ratios of RigL (itop.md 4.12), f_S / f_D = 0.2418 and 0.4138. */
  it.each([
    [0.2418, 0.244],
    [0.4138, 0.416],
  ])('of RigL at dT 100 with forward ratio %f are %f of dense', (ratio, expected) => {
    const forward = { dense: 1e9, sparse: ratio * 1e9 };
    expect(methodOf('rigl').flops(forward, stretch()) / 3e9).toBeCloseTo(expected, 3);
    expect(methodOf('set').flops(forward, stretch()) / 3e9).toBeCloseTo(ratio, 6);
  });

  /** itop.md 4.12: SNFS takes a dense gradient at every step (published 0.50 and 0.61). */
  it.each([
    [0.2418, 0.4945],
    [0.4138, 0.6092],
  ])('of SNFS with forward ratio %f are %f of dense', (ratio, expected) => {
    const forward = { dense: 1e9, sparse: ratio * 1e9 };
    expect(methodOf('snfs').flops(forward, stretch({ gradientSteps: Infinity })) / 3e9).toBeCloseTo(expected, 3);
  });

  it('of Top-KAST are f_fwd + 2 f_bwd, the backward set never more than all', () => {
    const forward = { dense: 1e9, sparse: 2e8 };
    expect(methodOf('top-kast').flops(forward, stretch({ held: 1.5 }))).toBe(2e8 + 2 * 5e8);
    expect(methodOf('top-kast').flops(forward, stretch({ held: 10 }))).toBe(2e8 + 2e9);
  });

  it('of averaged gradients lie between those of one batch and of all', () => {
    const forward = { dense: 1e9, sparse: 2e8 };
    const of = (batches: number) => methodOf('rigl').flops(forward, stretch({ gradientSteps: batches }));
    expect(of(8)).toBeCloseTo((3 * 2e8 * 100 + 8 * (2 * 2e8 + 1e9)) / 108, 0);
    expect(of(100)).toBe(2 * 2e8 + 1e9);
  });

  it('of SNFS are those of the dense gradient up to its last update, and 3 f_S from then on', () => {
    const input = { method: 'snfs', sparsity: 0.9, stopFraction: 0.5, updateEvery: 100, epochs: 4 } as const;
    const { totalSteps, activeWeights, prunableWeights, flops } = plan(input);
    const share = plannedUpdates(requireConfiguration(input), totalSteps).at(-1)!.step / totalSteps;
    expect(share).toBeLessThanOrEqual(0.5);
    const density = activeWeights / prunableWeights;
    expect(flops.trainRatio).toBeCloseTo((share * (2 * density + 1)) / 3 + (1 - share) * density, 12);
  });

  it.each(['static', 'set', 'snip', 'grasp', 'synflow', 'dsr', 'deepr'] as const)('of %s are 3 f_S', (method) => {
    const planned = plan({ method, sparsity: 0.9, distribution: 'uniform' });
    expect(planned.flops.trainRatio).toBeCloseTo(planned.activeWeights / planned.prunableWeights, 12);
  });

  it('of gmp are the mean of 3 f_D d_t over the steps', () => {
    const input = { method: 'gmp', sparsity: 0.9, distribution: 'uniform', updateEvery: 100 } as const;
    const planned = plan(input);
    let density = 1;
    let sum = 0;
    const updates = new Map(
      plannedUpdates(requireConfiguration(input), planned.totalSteps).map((update) => [update.step, update.density]),
    );
    for (let step = 1; step <= planned.totalSteps; step++) {
      sum += density;
      density = updates.get(step) ?? density;
    }
    expect(density).toBeCloseTo(0.1, 12);
    expect(planned.flops.trainRatio).toBeCloseTo(sum / planned.totalSteps, 4);
  });

  it('count two operations per multiply-add', () => {
    expect(forwardFlops([{ prunableWeights: 100, activeWeights: 10, pixels: 1 }])).toEqual({ dense: 200, sparse: 20 });
  });
});

it.each(METHOD_NAMES)('%s is expected to explore no more than it can', (method) => {
  for (const sparsity of [0.5, 0.925, 0.98]) {
    for (const pruneRate of [0.05, 0.5, 0.95]) {
      for (const updateEvery of [10, 300]) {
        const configuration = requireConfiguration({ method, sparsity, pruneRate, updateEvery, epochs: 3 });
        const { expectedRs, maxRs } = planRun(configuration, MNIST);
        expect(expectedRs, JSON.stringify({ sparsity, pruneRate, updateEvery })).toBeLessThanOrEqual(maxRs + 1e-9);
      }
    }
  }
});

/** Settings at their bounds and between them; what a method does not use changes nothing. */
const extremes = fc.record({
  network: fc.constantFrom('mlp-3', 'mlp-24-8', 'mlp-300-100'),
  sparsity: fc.oneof(fc.constantFrom(0, 1e-9, 0.5, 0.9, 0.9999), fc.double({ min: 0, max: 0.9999, noNaN: true })),
  initialSparsity: fc.constantFrom(0, 1e-9, 0.3, 0.99),
  sparsityEndFraction: fc.constantFrom(0.01, 0.5, 1),
  distribution: fc.constantFrom('erk' as const, 'er' as const, 'uniform' as const),
  pruneRate: fc.oneof(fc.constantFrom(0, 1e-9, 0.95), fc.double({ min: 0, max: 0.95, noNaN: true })),
  pruneSchedule: fc.constantFrom('cosine' as const, 'constant' as const, 'linear' as const),
  stopFraction: fc.constantFrom(0, 0.01, 0.75, 1),
  updateEvery: fc.oneof(fc.constantFrom(1, 2, 1e7), fc.integer({ min: 1, max: 300 })),
  epochs: fc.constantFrom(1, 2, 100, 3000),
  batchSize: fc.constantFrom(1, 64, 65_536),
  groupSize: fc.constantFrom(2, 4),
  blockSize: fc.constantFrom(1, 4),
  explorationShare: fc.constantFrom(0, 1),
  salientShare: fc.constantFrom(0, 1),
  fidelity: fc.constantFrom('exact' as const, 'reference' as const),
});

it.each(METHOD_NAMES)('%s is expected to explore no more than it can, at the bounds of its settings', (method) => {
  let planned = 0;
  fc.assert(
    fc.property(extremes, (settings) => {
      const check = resolveConfiguration({ method, ...settings });
      fc.pre(check.ok);
      const { expectedRs, maxRs } = planRun(check.configuration, SMALL);
      planned++;
      expect(expectedRs).toBeGreaterThanOrEqual(0);
      expect(expectedRs).toBeLessThanOrEqual(maxRs + 1e-9);
      expect(maxRs).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { seed: 14, numRuns: 300 },
  );
  expect(planned).toBe(300);
});

it('what is advised where the mask would never change lets it change', () => {
  type Advice = [pattern: RegExp, change: (value: number) => ConfigurationInput];
  const instead: Advice[] = [
    [/Choose at most (\d+), or/, (updateEvery) => ({ updateEvery })],
    [/interval of at most (\d+)/, (updateEvery) => ({ updateEvery })],
    [/share of the training of at least ([\d.]*\d)/, (stopFraction) => ({ stopFraction })],
    [/Choose another prune schedule/, () => ({ pruneSchedule: 'cosine' })],
    [/or a shorter update interval/, () => ({ updateEvery: 1 })],
    [/the prune rate is 0\. .*Choose one above 0/, () => ({ pruneRate: 0.3 })],
    [/Choose more epochs|or more epochs/, () => ({ epochs: 100_000 })],
  ];
  const also: Advice[] = [
    [/, and a larger share of the training/, () => ({ stopFraction: 1 })],
    [/, and a prune rate above 0/, () => ({ pruneRate: 0.3 })],
  ];
  const given = new Set<RegExp>();
  const read = (message: string, advice: readonly Advice[]): ConfigurationInput[] =>
    advice.flatMap(([pattern, change]) => {
      const found = pattern.exec(message);
      if (found) given.add(pattern);
      return found ? [change(Number(found[1]))] : [];
    });
  fc.assert(
    fc.property(
      fc.constantFrom(...METHOD_NAMES.filter((name) => methodOf(name).rewiring)),
      fc.record({
        updateEvery: fc.integer({ min: 1, max: 1000 }),
        pruneRate: fc.constantFrom(0, 0.3),
        stopFraction: fc.constantFrom(0, 0.01, 0.5, 1),
        epochs: fc.constantFrom(1, 2, 10),
        batchSize: fc.constantFrom(1, 64, 65_536),
        fidelity: fc.constantFrom('exact' as const, 'reference' as const),
      }),
      (method, settings) => {
        const input = { method, network: 'mlp-24-8', sparsity: 0.5, ...settings };
        const check = resolveConfiguration(input);
        fc.pre(check.ok);
        const warnings = configurationWarnings(check.configuration, planRun(check.configuration, SMALL), []);
        const never = warnings.find(({ message }) => message.includes('would never change'));
        fc.pre(never !== undefined);
        const changes = read(never.message, instead);
        const together = Object.assign({}, ...read(never.message, also)) as ConfigurationInput;
        expect(changes).not.toEqual([]);
        for (const change of changes) {
          const { updates } = planRun(requireConfiguration({ ...input, ...change, ...together }), SMALL);
          expect(updates, `${never.message} ${JSON.stringify(change)}`).toBeGreaterThan(0);
        }
      },
    ),
    { seed: 14, numRuns: 600 },
  );
  expect(given).toEqual(new Set([...instead, ...also].map(([pattern]) => pattern)));
});

describe('warnings', () => {
  it.each([
    ['no update at all', { method: 'set-itop', epochs: 2 }, 'updateEvery', /never change/],
    [
      'no update of more steps than a list can hold',
      { method: 'set', epochs: 100_000, batchSize: 1, updateEvery: 1, stopFraction: 1e-300 },
      'stopFraction',
      /updates stop after 0 of \d{9,} steps, before the first, at step 1\./,
    ],
    [
      'too few updates',
      { method: 'rigl', epochs: 10, batchSize: 128, updateEvery: 100 },
      'updateEvery',
      /R_s cannot exceed 0\.08\. Random growth is expected to explore 0\.\d\d at \d+ steps/,
    ],
    [
      'units without inputs',
      { method: 'set', sparsity: 0.9999, updateEvery: 1, epochs: 100 },
      'sparsity',
      /no input at all/,
    ],
  ] as const)('name %s and a remedy', (_, input, field, message) => {
    const configuration = requireConfiguration(input);
    const warnings = configurationWarnings(
      configuration,
      planRun(configuration, MNIST),
      initialLayers(configuration, MNIST),
    );
    const warning = warnings.find((candidate) => candidate.field === field);
    expect(warning?.message).toMatch(message);
  });

  const warningsOf = (input: ConfigurationInput) => {
    const configuration = requireConfiguration(input);
    return configurationWarnings(configuration, planRun(configuration, MNIST), initialLayers(configuration, MNIST));
  };

  it.each([
    [0, 20, /updates stop after 0 of 1200 steps, before the first, at step 50\. .*at least 0\.042\.$/],
    [0.01, 20, /updates stop after 12 of 1200 steps, .*at least 0\.042, or an update interval of at most 12\.$/],
  ] as const)('name the stop at %f where it alone forbids every update, and one that allows some', (...given) => {
    const [stopFraction, epochs, message] = given;
    const [warning, ...others] = warningsOf({ method: 'rigl', stopFraction, epochs, updateEvery: 50, batchSize: 128 });
    expect(warning).toMatchObject({ field: 'stopFraction', message: expect.stringMatching(message) as string });
    expect(others).toEqual([]);
    const stated = Number(/at least ([\d.]+\d)/.exec(warning.message)?.[1]);
    const mended = requireConfiguration({
      method: 'rigl',
      stopFraction: stated,
      epochs,
      updateEvery: 50,
      batchSize: 128,
    });
    expect(planRun(mended, MNIST).updates).toBeGreaterThan(0);
  });

  it.each(['gmp', 'granet', 'mest'] as const)('say that %s stays as dense as it starts', (method) => {
    const input = { method, sparsity: 0.9, initialSparsity: 0.5, stopFraction: 0 };
    expect(warningsOf(input)[0].message).toMatch(/sparsity would stay at 0\.5, and never become 0\.9/);
  });

  it('ask AC/DC, whose steps are its own, for no interval', () => {
    const [warning] = warningsOf({ method: 'ac-dc', epochs: 1, batchSize: 10_000 });
    expect(warning.field).toBe('epochs');
    expect(warning.message).not.toMatch(/interval/);
  });

  it('are silent where all is well', () => {
    const configuration = requireConfiguration({
      method: 'set',
      updateEvery: 20,
      epochs: 20,
      pruneRate: 0.5,
      network: 'mlp-300',
    });
    expect(
      configurationWarnings(configuration, planRun(configuration, MNIST), initialLayers(configuration, MNIST)),
    ).toEqual([]);
  });
});
