import { describe, expect, it } from 'vitest';
import { METRICS, type ConfigurationInput, type TrainerEvent } from '../../src-main/contract/index.ts';
import { applyUpdate, positionsOf } from '../../src-main/topology/mask.ts';
import { magnitudeClassEdge } from '../../src-main/topology/magnitude-classes.ts';
import { ofType, seriesOf, startStanding, startWorker, trainToEnd, trainUntil } from './run-worker.ts';

const DYNAMIC: ConfigurationInput = { sparsity: 0.8, updateEvery: 5, pruneRate: 0.5 };

describe('a run in its worker thread', () => {
  it('learns: the loss falls and the test accuracy is far above chance', async () => {
    const { events, result } = await trainToEnd({ method: 'dense' });
    const losses = seriesOf(events, METRICS.trainLoss).map(([, value]) => value);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    expect(result.final?.testAccuracy).toBeGreaterThan(0.8);
    expect(result.best?.validationAccuracy).toBeGreaterThan(0.8);
    expect(result).toMatchObject({ epochs: 4, steps: 48, updates: 0, rs: 1 });
  });

  it('tells its life in order, ending with the checkpoint and the result', async () => {
    const { events } = await trainToEnd({ ...DYNAMIC, method: 'set', checkpointEvery: 2 });
    const types = events.map((event) => event.type);
    expect(types[0]).toBe('started');
    expect(types.indexOf('initial-masks')).toBeLessThan(types.indexOf('mask-update'));
    expect(types.at(-1)).toBe('finished');
    expect(ofType(events, 'checkpoint').map((event) => event.step)).toEqual([24, 48]);
  });

  it.each(['dense', 'static', 'set', 'rigl', 'set-itop', 'rigl-itop'] as const)(
    '%s gives the same weights twice, on 1, 2 and 4 threads',
    async (method) => {
      const hashes = [];
      for (const threads of [1, 1, 2, 4]) {
        const { result } = await trainToEnd({ ...DYNAMIC, method }, { threads });
        hashes.push(result.weightsHash);
      }
      expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(hashes).size).toBe(1);
    },
  );

  it('gives other weights for another seed', async () => {
    const [one, two] = await Promise.all([1, 2].map((seed) => trainToEnd({ ...DYNAMIC, method: 'set', seed })));
    expect(one.result.weightsHash).not.toBe(two.result.weightsHash);
  });
});

describe('exploration', () => {
  it('stays at the density for a static mask', async () => {
    const { events, result } = await trainToEnd({ ...DYNAMIC, method: 'static' });
    const { plan } = ofType(events, 'started')[0];
    expect(result.rs).toBe(plan.activeWeights / plan.prunableWeights);
    expect(ofType(events, 'mask-update')).toHaveLength(0);
  });

  it.each(['set', 'rigl'] as const)('of %s is the union of all masks, which keep their size', async (method) => {
    const { events, result } = await trainToEnd({ ...DYNAMIC, method, stopFraction: 1 });
    const masks = [...ofType(events, 'initial-masks')[0].masks];
    const counts = masks.map((mask) => mask.columns.length);
    const explored = masks.map((mask) => new Set(positionsOf(mask)));
    const updates = ofType(events, 'mask-update');
    expect(updates.map((update) => update.step)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45]);
    for (const update of updates) {
      for (const { layer, dropped, grown } of update.layers) {
        masks[layer] = applyUpdate(masks[layer], dropped, grown);
        expect(masks[layer].columns).toHaveLength(counts[layer]);
        for (const position of positionsOf(masks[layer])) explored[layer].add(position);
      }
      const size = explored.reduce((sum, set) => sum + set.size, 0);
      expect(update.rs).toBeCloseTo(size / ofType(events, 'started')[0].plan.prunableWeights, 12);
    }
    expect(result.rs).toBe(updates.at(-1)?.rs);
    expect(result.rs).toBeGreaterThan(0.4);
    expect(result.updates).toBe(9);
  });
});

describe('what is noted at each mask update', () => {
  it('is one entry a layer, and an aftermath of the next step', async () => {
    const { events, result } = await trainToEnd({ ...DYNAMIC, method: 'rigl' });
    const updates = ofType(events, 'mask-update');
    const masks = ofType(events, 'initial-masks')[0].masks;
    expect(updates).toHaveLength(result.updates);
    for (const { record, layers } of updates) {
      expect(record.lossBefore).toBeGreaterThan(0);
      expect(record.lossAfter).not.toBe(record.lossBefore);
      expect(record.layers.map(({ magnitudes }) => magnitudes.length)).toEqual(
        masks.map(({ columns }) => columns.length),
      );
      record.layers.forEach(({ dropThreshold, gradientNorm, magnitudes }, layer) => {
        expect(gradientNorm).toBeGreaterThan(0);
        // As many weights lie at or below the threshold as were dropped, within the class of the threshold.
        const dropped = layers[layer].dropped.length;
        const below = (edge: (at: number) => number) => magnitudes.filter((at) => edge(at) <= dropThreshold).length;
        expect(below(magnitudeClassEdge)).toBeGreaterThanOrEqual(dropped);
        expect(below((at) => magnitudeClassEdge(at + 1))).toBeLessThanOrEqual(dropped);
      });
    }
    const gradients = ofType(events, 'update-aftermath').filter(({ gradientNorms }) => gradientNorms);
    expect(gradients.map(({ update }) => update)).toEqual(updates.map(({ update }) => update));
  });
});

describe('control', () => {
  const long: ConfigurationInput = { ...DYNAMIC, method: 'rigl', epochs: 12, checkpointEvery: 0 };

  it('suspends and resumes bit for bit: weights, series and mask updates are those of an uninterrupted run', async () => {
    const whole = await trainToEnd(long);
    // In the middle of the second epoch, and of the watch over what an update did.
    const first = await trainUntil(20, long);
    const second = await trainToEnd(long, { checkpoint: first.checkpoint });

    expect(second.result.weightsHash).toBe(whole.result.weightsHash);
    expect(second.result.rs).toBe(whole.result.rs);
    expect(second.result.best).toEqual(whole.result.best);
    const joined = [...first.events, ...second.events];
    for (const metric of [METRICS.trainLoss, METRICS.validationAccuracy, METRICS.rs, METRICS.trainingFlops]) {
      expect(seriesOf(joined, metric)).toEqual(seriesOf(whole.events, metric));
    }
    const updates = (events: TrainerEvent[]) =>
      ofType(events, 'mask-update').map(({ step, layers, record }) => ({ step, layers, record }));
    expect(updates(joined)).toEqual(updates(whole.events));
    const aftermath = (events: TrainerEvent[]) => ofType(events, 'update-aftermath');
    expect(aftermath(joined)).toEqual(aftermath(whole.events));
    expect(aftermath(joined).some(({ recoverySteps }) => recoverySteps !== undefined)).toBe(true);
  });

  it('pauses at the step it has reached, stands still, and goes on', async () => {
    const run = await startStanding(long, 20);
    run.control('pause');
    await run.until((event) => event.type === 'paused');
    expect(ofType(run.events, 'checkpoint').map(({ step }) => step)).toEqual([20]);
    const standing = run.events.length;
    // Time enough for another run to train from its beginning to its end.
    await trainToEnd(long);
    expect(run.events).toHaveLength(standing);
    run.control('run');
    const end = await run.until((event) => event.type === 'finished');
    expect(run.events[standing]).toEqual({ type: 'resumed' });
    await run.exited;
    const { result } = await trainToEnd(long);
    expect(end).toMatchObject({ outcome: 'finished', result: { weightsHash: result.weightsHash } });
  });

  it('cancels at the step it has reached and keeps what was reached', async () => {
    const run = await startStanding({ ...long, epochs: 4000 }, 200);
    run.control('cancel');
    const end = await run.until((event) => event.type === 'finished');
    if (end.type !== 'finished') throw new Error('unreachable');
    expect(end.outcome).toBe('cancelled');
    expect(end.result.steps).toBe(200);
    expect(end.result.final?.testAccuracy).toBeGreaterThan(0.5);
    expect(ofType(run.events, 'checkpoint').map(({ step }) => step)).toEqual([200]);
    await run.exited;
  });
});

describe('data', () => {
  const augmented: ConfigurationInput = {
    ...DYNAMIC,
    method: 'rigl',
    augmentation: 'crop+flip',
    cutout: 2,
    epochs: 12,
  };
  const hashOf = async (input: ConfigurationInput, options?: Parameters<typeof trainToEnd>[1]) =>
    (await trainToEnd(input, options)).result.weightsHash;

  it('augmented by the seed: the same weights twice and on any number of threads, others with another recipe', async () => {
    const hashes = [];
    for (const threads of [1, 2, 4]) hashes.push(await hashOf(augmented, { threads }));
    expect(new Set(hashes).size).toBe(1);
    expect(await hashOf({ ...augmented, cutout: 3 })).not.toBe(hashes[0]);
    const mixed = [];
    for (const threads of [1, 2]) mixed.push(await hashOf({ ...augmented, mixup: 0.4 }, { threads }));
    expect(new Set([hashes[0], ...mixed]).size).toBe(2);
  });

  it.each([0, 0.4])(
    'augmented, with mixup %d, suspended in the middle of an epoch and resumed: bit for bit the uninterrupted run',
    async (mixup) => {
      const long = { ...augmented, mixup, checkpointEvery: 0 };
      const whole = await trainToEnd(long);
      const first = await trainUntil(20, long);
      const second = await trainToEnd(long, { checkpoint: first.checkpoint });
      expect(second.result.weightsHash).toBe(whole.result.weightsHash);
      const losses = seriesOf([...first.events, ...second.events], METRICS.trainLoss);
      expect(losses).toEqual(seriesOf(whole.events, METRICS.trainLoss));
    },
  );

  it('pauses and cancels at the step it has reached while another thread prepares batches', async () => {
    const run = await startStanding({ ...augmented, epochs: 4000, checkpointEvery: 0 }, 20);
    run.control('pause');
    await run.until((event) => event.type === 'paused');
    expect(ofType(run.events, 'checkpoint').map(({ step }) => step)).toEqual([20]);
    run.control('run');
    await run.until((event) => event.type === 'resumed');
    run.control('cancel');
    const end = await run.until((event) => event.type === 'finished');
    expect(end).toMatchObject({ outcome: 'cancelled' });
    await run.exited;
  });

  it('tells once an epoch how long that waited, never more than all of the training', async () => {
    const { events, result } = await trainToEnd(augmented);
    const waited = seriesOf(events, METRICS.starvation);
    expect(waited.map(([step]) => step)).toEqual(Array.from({ length: 12 }, (_, epoch) => (epoch + 1) * 12));
    expect(waited.every(([, seconds]) => seconds >= 0)).toBe(true);
    expect(waited.reduce((sum, [, seconds]) => sum + seconds, 0)).toBeLessThan(result.seconds);
  });

  it('of the test split decides nothing: another one changes the test result alone', async () => {
    const [one, two] = [await trainToEnd(augmented), await trainToEnd(augmented, { testCount: 60 })];
    expect(two.result).toMatchObject({ weightsHash: one.result.weightsHash, best: one.result.best });
    expect(seriesOf(two.events, METRICS.validationLoss)).toEqual(seriesOf(one.events, METRICS.validationLoss));
    expect(two.result.final).not.toEqual(one.result.final);
  });
});

describe('trouble', () => {
  const diverging: ConfigurationInput = {
    learningRate: 100,
    momentum: 0.99,
    learningRateSchedule: 'constant',
    checkpointEvery: 1,
    updateEvery: 1,
  };

  it.each(['dense', 'set', 'rigl', 'gmp'] as const)(
    'a diverging run of %s ends there: it says so once, keeps the loss that was not finite, and neither tests nor checkpoints',
    async (method) => {
      const { events, result } = await trainToEnd({ ...diverging, method });
      const losses = seriesOf(events, METRICS.trainLoss);
      expect(losses.filter(([, loss]) => !Number.isFinite(loss))).toEqual([losses.at(-1)]);
      const warnings = ofType(events, 'warning').map(({ warning }) => warning);
      const [divergence] = warnings.filter(({ code }) => code === 'diverged');
      expect(warnings.filter(({ code }) => code === 'diverged')).toHaveLength(1);
      expect(divergence).toMatchObject({
        step: result.steps,
        text: expect.stringMatching(/loss is NaN at step \d+/) as string,
      });
      expect(ofType(events, 'finished')).toMatchObject([{ outcome: 'diverged', result: { final: null } }]);
      expect(result.steps).toBeLessThan(4 * Math.ceil(360 / 32));
      expect(ofType(events, 'mask-update').filter(({ step }) => step >= result.steps)).toEqual([]);
      expect(ofType(events, 'checkpoint').filter(({ step }) => step >= result.steps)).toEqual([]);
    },
  );

  // One step an epoch: what comes between two steps reads the weights first.
  it.each([
    ['validation', { validationFraction: 0.1, checkpointEvery: 0 }, /validation loss is (NaN|Infinity)/],
    ['the next step', { validationFraction: 0, checkpointEvery: 0 }, /training loss is (NaN|Infinity)/],
  ])('weights that are no numbers are found by %s, whatever reads them first', async (_, change, text) => {
    const { events } = await trainToEnd({ ...diverging, method: 'dense', batchSize: 400, epochs: 40, ...change });
    expect(ofType(events, 'finished')[0].outcome).toBe('diverged');
    expect(ofType(events, 'warning')).toMatchObject([
      { warning: { code: 'diverged', text: expect.stringMatching(text) as string } },
    ]);
    expect(ofType(events, 'best').every((best) => best.validationAccuracy > 0)).toBe(true);
  });

  // Every layer is emptied after the first step, so only biases grow: the loss is finite for as long as the last one's are.
  it('weights or biases that are not finite are found by the checkpoint, where no loss has told of them', async () => {
    const emptied: ConfigurationInput = {
      ...diverging,
      ...{ method: 'gmp', sparsity: 0.9999, initialSparsity: 0, sparsityEndFraction: 0, batchSize: 400 },
      ...{ momentum: 0, weightDecay: 1, validationFraction: 0, checkpointEvery: 0 },
    };
    const whole = await trainToEnd({ ...emptied, epochs: 40 });
    expect(ofType(whole.events, 'warning').at(-1)?.warning.text).toMatch(/^The training loss is NaN/);
    const { events, result } = await trainToEnd({ ...emptied, epochs: whole.result.steps - 1 });
    expect(seriesOf(events, METRICS.trainLoss).every(([, loss]) => Number.isFinite(loss))).toBe(true);
    const told = ofType(events, 'warning').map(({ warning }) => warning);
    expect(told.filter(({ code }) => code === 'empty-layer').map(({ layer }) => layer)).toEqual(['fc1', 'fc2', 'fc3']);
    expect(told.at(-1)).toMatchObject({ code: 'diverged', step: result.steps });
    expect(told.at(-1)?.text).toMatch(/^Weights or biases of fc\d are not finite at step \d+/);
    expect(ofType(events, 'finished')).toMatchObject([{ outcome: 'diverged', result: { final: null } }]);
    expect(ofType(events, 'checkpoint')).toEqual([]);
  });

  it('goes on from a checkpoint of before it diverged, and diverges at the same step', async () => {
    const slowly: ConfigurationInput = { ...diverging, method: 'set', epochs: 40, warmupEpochs: 40 };
    const { events, result } = await trainToEnd(slowly);
    const checkpoint = ofType(events, 'checkpoint').at(-1);
    expect(ofType(events, 'finished')[0].outcome).toBe('diverged');
    expect(checkpoint).toBeDefined();
    const again = await startWorker(slowly, { checkpoint: checkpoint?.bytes });
    const end = await again.until((event) => event.type === 'finished');
    expect(end).toMatchObject({ outcome: 'diverged', result: { steps: result.steps } });
  });

  it('a damaged checkpoint fails with words for the reader', async () => {
    const run = await startWorker({ method: 'set' }, { checkpoint: new Uint8Array(100) });
    const end = await run.until((event) => event.type === 'failed');
    expect(end.type === 'failed' && end.message).toMatch(/not a checkpoint/);
    await run.exited;
  });
});
