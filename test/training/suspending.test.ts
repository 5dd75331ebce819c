import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { METRICS, type ConfigurationInput, type TrainerEvent } from '../../src-main/contract/index.ts';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import { createMessageControl, type Control } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf } from './run-worker.ts';
import { requireConfiguration } from '../support/methods.ts';

/** 10 steps and 10 batches of validation an epoch, two epochs, no update, which would evaluate too. */
const input: ConfigurationInput = {
  method: 'set',
  network: 'mlp-20',
  sparsity: 0.8,
  updateEvery: 100,
  batchSize: 20,
  validationFraction: 0.5,
  epochs: 2,
  checkpointEvery: 1,
};

interface Chance {
  checkpoint?: Uint8Array;
  wanted?: Control['wanted'];
  open?: (opening: EngineOptions) => Promise<Engine>;
}

/** One run on this thread. */
async function trainOnce({ checkpoint, wanted = () => 'run', open = openCpu }: Chance = {}): Promise<TrainerEvent[]> {
  const events: TrainerEvent[] = [];
  const start = {
    runId: 'test',
    configuration: requireConfiguration(input),
    threads: 1,
    data: tinyData(400),
    checkpoint: checkpoint ?? null,
  };
  const control: Control = { ...createMessageControl(), wanted };
  await train(start, { post: (event) => events.push(structuredClone(event)), control, openEngine: open });
  return events;
}

/** Wants to suspend from the batch of an evaluation on, the steps of training left alone. */
function suspendAt(evaluation: number): Chance {
  let evaluated = 0;
  return {
    wanted: () => (evaluated >= evaluation ? 'suspend' : 'run'),
    async open(opening) {
      const engine = await openCpu(opening);
      return {
        ...engine,
        evaluate: (batch) => {
          evaluated++;
          return engine.evaluate(batch);
        },
      };
    },
  };
}

const lastCheckpoint = (events: TrainerEvent[]) => ofType(events, 'checkpoint').at(-1)!;

describe('suspended while it evaluates, a run stops there and resumes as if it had not', () => {
  it.each([
    ['the validation of the first epoch', 3, 10],
    ['the validation of the last epoch', 13, 20],
    ['the test', 22, 20],
  ])('in %s', async (_, evaluation, step) => {
    const whole = await trainOnce();
    const first = await trainOnce(suspendAt(evaluation));
    expect(first.at(-1)?.type).toBe('suspended');
    const { bytes, step: reached } = lastCheckpoint(first);
    expect(reached).toBe(step);
    const second = await trainOnce({ checkpoint: bytes });
    expect(second.at(-1)).toMatchObject({ type: 'finished', outcome: 'finished' });
    const { result } = ofType(whole, 'finished')[0];
    expect(ofType(second, 'finished')[0].result).toEqual({ ...result, seconds: expect.any(Number) as number });
    for (const metric of [METRICS.validationAccuracy, METRICS.validationLoss, METRICS.trainLoss, METRICS.rs]) {
      expect(seriesOf([...first, ...second], metric), metric).toEqual(seriesOf(whole, metric));
    }
  });
});

it('a long evaluation goes on telling that the run is alive', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const slowly = async (opening: EngineOptions): Promise<Engine> => {
    const engine = await openCpu(opening);
    const evaluate: Engine['evaluate'] = (batch) => {
      vi.advanceTimersByTime(150);
      return engine.evaluate(batch);
    };
    return { ...engine, evaluate };
  };
  // Cancelled after the first step: what is left is the test, 5 batches of 150 ms.
  let asked = 0;
  const events = await trainOnce({ open: slowly, wanted: () => (++asked > 1 ? 'cancel' : 'run') });
  const types = events.map(({ type }) => type);
  const during = types.slice(types.lastIndexOf('checkpoint') + 1, types.indexOf('finished'));
  // Every 200 ms at most, so after 300 and 600 ms, and the last word before the result.
  expect(during.filter((type) => type === 'progress')).toHaveLength(3);
});
