import { describe, expect, it } from 'vitest';
import {
  METHOD_NAMES,
  METRICS,
  requireConfiguration,
  type ConfigurationInput,
  type TrainerEvent,
} from '../../src-main/contract/index.ts';
import { applyUpdate } from '../../src-main/topology/mask.ts';
import { methods } from '../../src-main/topology/methods/index.ts';
import { plannedUpdates } from '../../src-main/topology/timeline.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';

const DYNAMIC = METHOD_NAMES.filter((name) => methods[name].rewiring);
const inputOf = (method: (typeof METHOD_NAMES)[number]): ConfigurationInput => ({
  method,
  sparsity: 0.8,
  // At 4 epochs even a static mask stays near 0.7: too short to tell learning from not.
  epochs: 8,
  updateEvery: 5,
  checkpointEvery: 2,
  // EM&S, where a method has an initial sparsity.
  initialSparsity: 0.4,
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

const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
const CHANGES_LAYERS: readonly string[] = ['snfs', 'dsr', 'mest', 'gmp', 'granet', 'ac-dc'];

describe.each(DYNAMIC)('a training by %s', (method) => {
  it('learns, has the planned counts after every update, and resumes bit for bit', async () => {
    const input = inputOf(method);
    const { events, result } = await trainToEnd(input);
    expect(result.final.testAccuracy).toBeGreaterThan(0.7);

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

    const checkpoint = ofType(events, 'checkpoint')[0];
    expect(checkpoint.step).toBe(24);
    const resumed = await trainToEnd(input, { checkpoint: checkpoint.bytes });
    expect(resumed.result.weightsHash).toBe(result.weightsHash);
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
    },
  );

  it('is refused where the reference code does not have the method', () => {
    expect(() => requireConfiguration({ method: 'granet', fidelity: 'reference' })).toThrow(
      /fidelity: reference exists for set, rigl, set-itop, rigl-itop, not for granet/,
    );
  });
});
