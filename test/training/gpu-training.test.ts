import { expect, test, vi } from 'vitest';
import { METRICS, type ConfigurationInput, type TrainerEvent } from '../../src-main/contract/index.ts';
import type { Batch, Engine, EngineOptions, KeptBatch } from '../../src-main/engine/engine.ts';
import { createMessageControl } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openWebGpu } from '../engine/webgpu-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf } from './run-worker.ts';
import { requireConfiguration } from '../support/methods.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Watched {
  events: TrainerEvent[];
  /** Kinds of the batches of training steps and evaluations. */
  kinds: Set<string>;
  /** Most training steps that were on their way at once. */
  mostAhead: number;
}

/** A run on this thread; `narrow` may take capabilities away from the engine. */
async function trainOnCard(
  input: ConfigurationInput,
  narrow: (engine: Engine) => Engine = (engine) => engine,
  control = createMessageControl(),
  checkpoint: Uint8Array | null = null,
  onStep: (number: number) => void = () => undefined,
): Promise<Watched> {
  const watched: Watched = { events: [], kinds: new Set(), mostAhead: 0 };
  const note = (step: string, batch: Batch | KeptBatch) =>
    watched.kinds.add(`${step} ${'pixels' in batch ? 'pixels' : 'names'}`);
  const openEngine = async (opening: EngineOptions): Promise<Engine> => {
    const engine = narrow(await openWebGpu(opening));
    let ahead = 0;
    let asked = 0;
    return {
      ...engine,
      trainStep(batch, step) {
        note('train', batch);
        onStep(++asked);
        watched.mostAhead = Math.max(watched.mostAhead, ++ahead);
        return engine.trainStep(batch, step).finally(() => ahead--);
      },
      evaluate(batch) {
        note('evaluate', batch);
        return engine.evaluate(batch);
      },
    };
  };
  const configuration = requireConfiguration({ network: 'mlp-24', batchSize: 32, ...input });
  const start = { runId: 'test', configuration, threads: 1, data: tinyData(400), checkpoint };
  await train(start, {
    post: (event) => watched.events.push(structuredClone(event)),
    control,
    openEngine,
  });
  return watched;
}

const resultOf = (events: TrainerEvent[]) => {
  const { result } = ofType(events, 'finished')[0];
  return { ...result, seconds: 0 };
};

const AUGMENTED: ConfigurationInput = {
  method: 'rigl',
  sparsity: 0.7,
  updateEvery: 7,
  epochs: 3,
  augmentation: 'crop+flip',
  cropPadding: 2,
  contrast: 0.4,
  cutout: 2,
};

test.each<[string, ConfigurationInput]>([
  ['augmented', AUGMENTED],
  ['augmented and mixed', { ...AUGMENTED, mixup: 0.5, labelSmoothing: 0.1 }],
  ['mixed alone', { ...AUGMENTED, augmentation: 'none', contrast: 0, cutout: 0, mixup: 2 }],
])('images on the card and steps ahead change nothing, %s: the same run, bit for bit', async (_, configuration) => {
  const whole = await trainOnCard(configuration);
  const plain = await trainOnCard(configuration, ({ keepImages: _keep, stepsAhead: _ahead, ...engine }) => engine);
  expect([...whole.kinds].sort()).toEqual(['evaluate names', 'evaluate pixels', 'train names']);
  expect([...plain.kinds].sort()).toEqual(['evaluate pixels', 'train pixels']);
  expect([whole.mostAhead, plain.mostAhead]).toEqual([3, 1]);
  expect(resultOf(whole.events)).toEqual(resultOf(plain.events));
  expect(resultOf(whole.events).updates).toBeGreaterThan(2);
  for (const metric of [METRICS.trainLoss, METRICS.trainAccuracy, METRICS.validationLoss, METRICS.learningRate])
    expect(seriesOf(whole.events, metric)).toEqual(seriesOf(plain.events, metric));
  for (const type of ['mask-update', 'update-aftermath', 'best'] as const)
    expect(ofType(whole.events, type)).toEqual(ofType(plain.events, type));
});

test('a run says where its images are', async () => {
  const { events } = await trainOnCard({ method: 'dense', epochs: 1 });
  expect(ofType(events, 'log').map(({ text }) => text)).toContain(
    'The 400 training images (1 MiB) stay on the graphics card, which also augments them.',
  );
});

test('images that cannot stay on the card are sent batch by batch, and the run says why', async () => {
  const refusing = (engine: Engine): Engine => ({
    ...engine,
    keepImages: () => Promise.resolve({ reason: '2,000 MiB are more than the 1,024 MiB that may stay there' }),
  });
  const { events, kinds } = await trainOnCard({ method: 'dense', epochs: 1 }, refusing);
  expect([...kinds].sort()).toEqual(['evaluate pixels', 'train pixels']);
  expect(ofType(events, 'log').map(({ text }) => text)).toContain(
    'The 400 training images are sent to the graphics card batch by batch: 2,000 MiB are more than the 1,024 MiB that may stay there.',
  );
});

test('a run that is suspended among its steps ahead goes on bit for bit', async () => {
  const control = createMessageControl();
  // Neither the 7th nor the 8th step may be ahead of others: an update follows the one, its record the other.
  const first = await trainOnCard(AUGMENTED, undefined, control, null, (number) => {
    if (number === 12) control.want('suspend');
  });
  expect(ofType(first.events, 'suspended')).toHaveLength(1);
  expect(first.mostAhead).toBe(3);
  const checkpoint = ofType(first.events, 'checkpoint').at(-1)!;
  expect(checkpoint.step).toBe(12);
  const second = await trainOnCard(AUGMENTED, undefined, createMessageControl(), checkpoint.bytes);
  expect(ofType(second.events, 'started')[0].resumedAtStep).toBe(checkpoint.step);
  const whole = await trainOnCard(AUGMENTED);
  expect(resultOf(second.events)).toEqual(resultOf(whole.events));
});

test('an engine that fails among the steps ahead ends the run with its message', async () => {
  let steps = 0;
  const failing = (engine: Engine): Engine => ({
    ...engine,
    trainStep: (batch, step) =>
      ++steps === 5 ? engine.trainStep({ ...batch, labels: new Uint8Array(1) }, step) : engine.trainStep(batch, step),
  });
  await expect(trainOnCard({ method: 'dense', epochs: 1 }, failing)).rejects.toThrow('has 1 labels');
});
