import { expect, test } from 'vitest';
import {
  type ConfigurationInput,
  type DatasetDescription,
  type FieldDescription,
  type RunConfiguration,
  type RunPlan,
  type TrainerEvent,
  type TrainerResult,
} from '../../src-main/contract/index.ts';
import { applyUpdate } from '../../src-main/topology/mask.ts';
import { createMessageControl } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { pairwise, type Combination } from '../support/pairwise.ts';
import { ofType } from './run-worker.ts';
import { METHOD_NAMES, describeFields, methodOf, requireConfiguration, isMeant } from '../support/methods.ts';
import { checkConfiguration, countsFollowWeights, plannedUpdates } from '../support/by-configuration.ts';

/**
 * Every method with every value of every enumerated key that it uses, and the ends of every number of the group
 * `topology`: all pairs of two values (the full product is over ten million trainings), of which each trains with exact
 * counts, resumes bit for bit, and is the same whatever the keys are that its method does not use; or is refused before
 * the start by a message that names the key and the reason. Which keys those are follows from the schema. What is
 * enumerated outside the group `topology` has to do with no method, and takes turns; where the arithmetic runs stays.
 */

const data = tinyData(48, 16);
const dataset: DatasetDescription = {
  id: 'tiny',
  title: 'Tiny',
  state: 'ready',
  hint: null,
  source: '',
  licence: null,
  trainCount: data.train.count,
  testCount: data.test.count,
  shape: data.shape,
  classes: Array.from({ length: data.classes }, (_, at) => String(at)),
  origin: null,
  official: null,
};
/** Ten steps: long enough for every phase of AC/DC and MEST, and a checkpoint between. */
const BASE: ConfigurationInput = {
  dataset: dataset.id,
  network: 'mlp-16-180',
  epochs: 5,
  batchSize: 24,
  validationFraction: 0,
  checkpointEvery: 2,
  learningRate: 0.3,
  sparsity: 0.5,
  updateEvery: 2,
};
/** Beside the ends of its range: what a short training can do. */
const BETWEEN: Partial<Record<string, readonly unknown[]>> = {
  sparsity: [0, 0.5, 0.999],
  updateEvery: [1, 2, 10_000_000],
};

const valuesOf = ({ key, control, choices, least, most }: FieldDescription, plain: RunConfiguration) =>
  BETWEEN[key] ?? choices ?? (control === 'switch' ? [false, true] : [...new Set([plain[key], least, most])]);
const fields = describeFields();
const enumerated = fields.filter(({ choices, control }) => choices !== undefined || control === 'switch');
const topological = fields.filter(({ group }) => group === 'topology');
const others = enumerated.filter(({ group }) => group === 'optimisation' || group === 'augmentation');

interface Trained {
  events: TrainerEvent[];
  /** But for the time it took. */
  result: TrainerResult;
  rs: number;
  plan: RunPlan;
  realised: RunPlan;
}

async function trained(configuration: RunConfiguration, checkpoint: Uint8Array | null = null): Promise<Trained> {
  const events: TrainerEvent[] = [];
  await train(
    { runId: 'sweep', configuration, threads: 1, data, checkpoint },
    { post: (event) => events.push(event), control: createMessageControl(), openEngine: openCpu },
  );
  const [end] = ofType(events, 'finished');
  expect(end.outcome).toBe('finished');
  const result = { ...end.result, seconds: 0 };
  return { events, result, rs: end.result.rs, plan: ofType(events, 'started')[0].plan, realised: end.result.plan };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const updatesOf = ({ events }: Trained) => ofType(events, 'mask-update').map(({ step, layers }) => ({ step, layers }));
const masksOf = (run: Trained) => ({ initial: ofType(run.events, 'initial-masks'), updates: updatesOf(run) });

/** The total that is planned after every update, and where no method says otherwise every layer's. */
function expectExactCounts(run: Trained, configuration: RunConfiguration): void {
  const masks = [...ofType(run.events, 'initial-masks')[0].masks];
  const planned = plannedUpdates(configuration, run.plan.totalSteps);
  const updates = updatesOf(run);
  expect(updates.map(({ step }) => step)).toEqual(planned.map(({ step }) => step));
  const follows = countsFollowWeights(configuration);
  const counts = () => masks.map((mask) => mask.columns.length);
  for (const [at, { layers }] of updates.entries()) {
    const before = counts();
    for (const { layer, dropped, grown } of layers) masks[layer] = applyUpdate(masks[layer], dropped, grown);
    const { density } = planned[at];
    if (configuration.fidelity === 'reference') continue;
    expect(sum(counts())).toBe(density === null ? sum(before) : Math.round(density * run.plan.prunableWeights));
    if (!follows) expect(counts()).toEqual(before);
  }
  expect(run.realised.layers.map((layer) => layer.activeWeights)).toEqual(counts());
  if (configuration.fidelity === 'exact') {
    if (updates.length > 0 || !methodOf(configuration).rewiring?.density)
      expect(sum(counts())).toBe(run.plan.activeWeights);
    expect(run.rs).toBeLessThanOrEqual(run.plan.maxRs + 1e-9);
  }
}

/** The other values of every key that the method does not use, as far as the schema lets it have one. */
function unusedValues(method: string): [string, unknown[]][] {
  const plain = requireConfiguration({ ...BASE, method });
  const unused = fields.filter(({ key }) => !isMeant(key, method) && key !== 'seed' && key !== 'name');
  const values = unused.map((field): [string, unknown[]] => [
    field.key,
    valuesOf(field, plain).filter((value) => {
      if (value === plain[field.key]) return false;
      const { issues } = checkConfiguration({ ...BASE, method, [field.key]: value as number }, [dataset]);
      if (issues.length > 0) expect(issues[0].message, field.key).toMatch(new RegExp(`not for ${method}`));
      return issues.length === 0;
    }),
  ]);
  return values.filter(([, others]) => others.length > 0);
}

const sizes = new Map<string, { trainings: number; refused: number }>();

test.each(METHOD_NAMES)('%s', async (method) => {
  const plain = requireConfiguration({ ...BASE, method });
  const used = topological.filter((field) => isMeant(field.key, method));
  let refused = 0;
  const isAllowed = (combination: Combination): boolean => {
    const { issues } = checkConfiguration({ ...BASE, method, ...combination }, [dataset]);
    for (const { field, message } of issues) {
      expect(Object.keys(combination), message).toContain(field);
      expect(message).toMatch(/\d|exists for/);
    }
    refused += issues.length > 0 ? 1 : 0;
    return issues.length === 0;
  };
  const every = Object.fromEntries(used.map((field) => [field.key, valuesOf(field, plain)]));
  const plainValues = Object.fromEntries(used.map(({ key }) => [key, plain[key]]));
  const isChoice = (key: string): boolean => used.some((field) => field.key === key && field.choices !== undefined);
  // First with numbers by which masks do change, then with the ends, at many of which they do not.
  const choices = Object.fromEntries(
    Object.entries(every).map(([key, values]) => [key, isChoice(key) ? values : [plainValues[key]]]),
  );
  const lively = pairwise(choices, plainValues, isAllowed);
  const ends = pairwise(every, plainValues, isAllowed, lively);
  const combinations = [...lively, ...ends];
  const unusedOthers = unusedValues(method);
  // As many trainings from the start as show each of their values.
  const fromStart = Math.max(1, ...unusedOthers.map(([, values]) => values.length));
  const turns = Math.max(combinations.length, ...others.map((field) => valuesOf(field, plain).length));
  for (let turn = 0; turn < turns; turn++) {
    const otherValues = others.map((field) => {
      const values = valuesOf(field, plain);
      return [field.key, values[turn % values.length]] as const;
    });
    const input = {
      ...BASE,
      method,
      ...combinations[turn % combinations.length],
      ...Object.fromEntries(otherValues),
    };
    const unused = Object.fromEntries(unusedOthers.map(([key, values]) => [key, values[turn % values.length]]));
    const changed = { ...input, ...unused };
    try {
      expect(checkConfiguration(changed, [dataset]).plan).toEqual(checkConfiguration(input, [dataset]).plan);
      await expectSound(requireConfiguration(input), requireConfiguration(changed), {
        isLively: turn < lively.length,
        isFromStart: turn < fromStart,
      });
    } catch (error) {
      throw new Error(`${JSON.stringify(input)}, and of what is unused ${JSON.stringify(unused)}`, { cause: error });
    }
  }
  for (const key of Object.keys(every).filter(isChoice)) {
    expect(new Set(combinations.map((combination) => combination[key])), key).toEqual(new Set(every[key]));
  }
  sizes.set(method, { trainings: turns, refused });
});

/**
 * @param isLively its masks should change
 * @param isFromStart the keys that are not used are changed from the start too, else only where it resumes
 */
async function expectSound(
  configuration: RunConfiguration,
  withUnusedChanged: RunConfiguration,
  { isLively, isFromStart }: { isLively: boolean; isFromStart: boolean },
) {
  const run = await trained(configuration);
  expectExactCounts(run, configuration);
  const updates = updatesOf(run);
  if (isLively && methodOf(configuration).rewiring) {
    expect(
      sum(updates.flatMap(({ layers }) => layers.map((layer) => layer.dropped.length + layer.grown.length))),
    ).toBeGreaterThan(0);
  }
  if (isFromStart) {
    const other = await trained(withUnusedChanged);
    expect(masksOf(other)).toEqual(masksOf(run));
    expect(other.result).toEqual(run.result);
  }
  const [checkpoint] = ofType(run.events, 'checkpoint');
  expect(checkpoint.step).toBe(4);
  const resumed = await trained(withUnusedChanged, checkpoint.bytes);
  expect(updatesOf(resumed)).toEqual(updates.filter(({ step }) => step > checkpoint.step));
  expect(resumed.result).toEqual(run.result);
}

test('the sweep is large, and refuses what it meets', () => {
  const total = (what: 'trainings' | 'refused') => sum([...sizes.values()].map((size) => size[what]));
  expect(sizes.size).toBe(METHOD_NAMES.length);
  // Each trained and resumed, some from the start twice: 6 to 12 ms of processor time each, and SynFlow's 100 rounds 1 s.
  expect(total('trainings')).toBeGreaterThan(500);
  expect(total('refused')).toBeGreaterThan(50);
});
