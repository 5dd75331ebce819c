import { describe, expect, it } from 'vitest';
import {
  METRICS,
  type ConfigurationInput,
  type RunConfiguration,
  type RunPlan,
  type TrainerEvent,
} from '../../src-main/contract/index.ts';
import { applyUpdate, sharedCount } from '../../src-main/topology/mask.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';
import { METHOD_NAMES, methodOf, requireConfiguration } from '../support/methods.ts';
import { countsFollowWeights, plannedUpdates } from '../support/by-configuration.ts';

const DYNAMIC = METHOD_NAMES.filter((name) => methodOf(name).rewiring);
const inputOf = (method: (typeof METHOD_NAMES)[number]): ConfigurationInput => ({
  method,
  sparsity: 0.8,
  // At 4 epochs even a static mask stays near 0.7: too short to tell learning from not.
  epochs: 8,
  updateEvery: 5,
  checkpointEvery: 2,
  // EM&S, where a method has an initial sparsity.
  initialSparsity: 0.4,
  // One of every five is active where N:M asks for groups.
  groupSize: 5,
});

/** Active weights per layer before the first update and after each. */
function countsOf(events: TrainerEvent[]): number[][] {
  const masks = [...ofType(events, 'initial-masks')[0].masks];
  const counts = [masks.map((mask) => mask.columns.length)];
  for (const { layers } of ofType(events, 'mask-update')) {
    for (const { layer, dropped, grown } of layers) masks[layer] = applyUpdate(masks[layer], dropped, grown);
    counts.push(masks.map((mask) => mask.columns.length));
  }
  return counts;
}

/** Of 400, a tenth validates. */
const SAMPLES = 360;
const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
const CHANGES_LAYERS: readonly string[] = ['snfs', 'dsr', 'mest', 'gmp', 'granet', 'ac-dc', 'chtss'];

/**
 * In closed form (itop.md 4.12), 2 FLOPs a linear weight forward: 3 f_S a step; where an update takes the dense gradient
 * f_D - f_S more at it; with gradients remembered from every step, at every step that leads to an update.
 */
function flopsOf(
  configuration: RunConfiguration,
  { prunableWeights, stepsPerEpoch, totalSteps, trainFlopsPerSample }: RunPlan,
  counts: readonly number[][],
  updateSteps: readonly number[],
): number {
  const { rewiring } = methodOf(configuration);
  const samples = (step: number) => (step % stepsPerEpoch === 0 ? SAMPLES - 32 * (stepsPerEpoch - 1) : 32);
  // Where no layer's count changes, the plan knows them all.
  if (!rewiring || !countsFollowWeights(configuration)) return configuration.epochs * SAMPLES * trainFlopsPerSample;
  let flops = 0;
  for (let step = 1, made = 0; step <= totalSteps; step++) {
    const forward = 2 * total(counts[made]);
    const isUpdate = updateSteps[made] === step;
    const isDense = rewiring.remembers?.(configuration)
      ? step <= updateSteps.at(-1)!
      : isUpdate && rewiring.needsDenseGradient;
    flops += samples(step) * (3 * forward + (isDense ? 2 * prunableWeights - forward : 0));
    if (isUpdate) made++;
  }
  return flops;
}

describe.each(DYNAMIC)('a training by %s', (method) => {
  it('learns, has the planned counts after every update, and resumes bit for bit', async () => {
    const input = inputOf(method);
    const { events, result } = await trainToEnd(input);
    expect(result.final?.testAccuracy).toBeGreaterThan(0.7);

    const { plan } = ofType(events, 'started')[0];
    const configuration = requireConfiguration({ network: 'mlp-40-20', batchSize: 32, ...input });
    const planned = plannedUpdates(configuration, plan.totalSteps);
    const updates = ofType(events, 'mask-update');
    expect(updates.map(({ step }) => step)).toEqual(planned.map(({ step }) => step));
    expect(updates.length).toBeGreaterThan(3);

    const counts = countsOf(events);
    planned.forEach(({ density }, at) => {
      const wanted = density === null ? total(counts[at]) : Math.round(density * plan.prunableWeights);
      expect(total(counts[at + 1])).toBe(wanted);
      if (!CHANGES_LAYERS.includes(method)) expect(counts[at + 1]).toEqual(counts[at]);
    });
    expect(total(counts.at(-1)!)).toBe(plan.activeWeights);
    expect(updates.some(({ layers }) => layers.some(({ dropped }) => dropped.length > 0))).toBe(true);
    expect(result.rs).toBeLessThanOrEqual(1);

    // Net turnover, |M_t without M_(t-1)| / |M_t| (itop.md 4.2).
    const renewed = updates.map(({ layers }) =>
      total(layers.map((one) => one.grown.length - sharedCount(one.dropped, one.grown))),
    );
    expect(seriesOf(events, METRICS.churn).map(([, value]) => value)).toEqual(
      renewed.map((count, at) => count / total(counts[at + 1])),
    );

    expect(seriesOf(events, METRICS.trainingFlops).at(-1)?.[1]).toBe(
      flopsOf(
        configuration,
        plan,
        counts,
        updates.map(({ step }) => step),
      ),
    );

    const { layers, activeWeights, flops: ratios, trainFlopsPerSample } = result.plan;
    expect(layers.map((layer) => layer.activeWeights)).toEqual(counts.at(-1));
    expect(layers.map((layer) => layer.density * layer.prunableWeights)).toEqual(
      counts.at(-1)!.map((count) => expect.closeTo(count, 9) as number),
    );
    expect(activeWeights).toBe(total(counts.at(-1)!));
    const trained = seriesOf(events, METRICS.trainingFlops).at(-1)![1];
    expect(trainFlopsPerSample).toBeCloseTo(trained / (configuration.epochs * SAMPLES), 6);
    expect(ratios).toEqual({
      trainRatio: expect.closeTo(trainFlopsPerSample / (6 * plan.prunableWeights), 9) as number,
      inferenceRatio: expect.closeTo(activeWeights / plan.prunableWeights, 9) as number,
      realised: true,
    });

    const checkpoint = ofType(events, 'checkpoint')[0];
    expect(checkpoint.step).toBe(24);
    const resumed = await trainToEnd(input, { checkpoint: checkpoint.bytes });
    expect(resumed.result.weightsHash).toBe(result.weightsHash);
    expect(resumed.result.plan).toEqual(result.plan);
    expect(resumed.result.rs).toBe(result.rs);
    const flops = seriesOf(events, METRICS.trainingFlops).filter(([step]) => step > 24);
    expect(seriesOf(resumed.events, METRICS.trainingFlops).filter(([step]) => step > 24)).toEqual(flops);
    expect(flops.at(-1)?.[1]).toBeGreaterThan(0);
  });
});

describe('growth that keeps what was dropped and regrown at once', () => {
  it('gives another run than growth from zero, with the same number of weights', async () => {
    const [zero, kept] = await Promise.all(
      (['zero', 'kept'] as const).map((growthInitialisation) =>
        trainToEnd({ ...inputOf('set'), pruneRate: 0.5, growthInitialisation }),
      ),
    );
    expect(kept.result.weightsHash).not.toBe(zero.result.weightsHash);
    expect(countsOf(kept.events)).toEqual(countsOf(zero.events));
  });
});

describe('growth that starts at random', () => {
  it.each(['set', 'rigl', 'deepr', 'granet'] as const)(
    'has the same numbers of weights as from zero, by %s',
    async (method) => {
      const input = { ...inputOf(method), epochs: 3 };
      const zero = await trainToEnd(input);
      const random = await trainToEnd({ ...input, growthInitialisation: 'random' });
      expect(random.result.weightsHash).not.toBe(zero.result.weightsHash);
      expect(countsOf(random.events).map(total)).toEqual(countsOf(zero.events).map(total));
    },
  );
});

describe('growth by gradients averaged over batches', () => {
  it('resumes bit for bit from within its window, and grows others than the last batch alone', async () => {
    const input = { ...inputOf('rigl'), gradientBatches: 3 };
    const { events, result } = await trainToEnd(input);
    // Updates at every fifth step: the checkpoint after step 24 stands within the window of steps 23 to 25.
    const checkpoint = ofType(events, 'checkpoint')[0];
    expect(checkpoint.step).toBe(24);
    expect((await trainToEnd(input, { checkpoint: checkpoint.bytes })).result.weightsHash).toBe(result.weightsHash);
    const alone = await trainToEnd(inputOf('rigl'));
    const grown = (list: TrainerEvent[]) => ofType(list, 'mask-update')[0].layers.map((layer) => layer.grown);
    expect(grown(events)).not.toEqual(grown(alone.events));
    expect(ofType(events, 'started')[0].plan.flops.trainRatio).toBeGreaterThan(
      ofType(alone.events, 'started')[0].plan.flops.trainRatio,
    );
  });
});

describe('reference fidelity', () => {
  it.each(['set', 'rigl', 'set-itop', 'rigl-itop'] as const)(
    '%s updates after the final step, and is deterministic',
    async (method) => {
      const input: ConfigurationInput = {
        ...inputOf(method),
        fidelity: 'reference',
        epochs: 4,
        stopFraction: 1,
        updateEvery: 8,
      };
      const [one, two] = [await trainToEnd(input), await trainToEnd(input)];
      const steps = ofType(one.events, 'mask-update').map(({ step }) => step);
      expect(steps).toEqual([8, 16, 24, 32, 40, 48]);
      expect(two.result.weightsHash).toBe(one.result.weightsHash);
      const counts = countsOf(one.events);
      expect(total(counts[0])).not.toBe(ofType(one.events, 'started')[0].plan.activeWeights);
      if (method.startsWith('set')) expect(new Set(counts.map(total)).size).toBeGreaterThan(2);
      expect(one.result.plan.layers.map((layer) => layer.activeWeights)).toEqual(counts.at(-1));
    },
  );

  it('set explores no more than its plan says, though its prune rate means nothing', async () => {
    const input: ConfigurationInput = { ...inputOf('set'), fidelity: 'reference', distribution: 'uniform' };
    const { events, result } = await trainToEnd({ ...input, updateEvery: 10, pruneRate: 0.05, stopFraction: 1 });
    const { plan } = ofType(events, 'started')[0];
    expect(result.rs).toBeGreaterThan(plan.layers[0].density * (1 + 0.05 * plan.updates));
    expect(result.rs).toBeLessThanOrEqual(plan.maxRs);
  });

  it('is refused where the reference code does not have the method', () => {
    expect(() => requireConfiguration({ method: 'granet', fidelity: 'reference' })).toThrow(
      /fidelity: reference exists for set, rigl, set-itop, rigl-itop, not for granet/,
    );
  });
});
