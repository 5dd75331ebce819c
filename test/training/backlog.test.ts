import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LONGEST_BACKLOG,
  bytesOf,
  type Amount,
  type ConfigurationInput,
  type TrainerEvent,
} from '../../src-main/contract/index.ts';
import { countBacklog } from '../../src-main/training/backlog.ts';
import { createMessageControl, type Control } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, startWorker, type WorkerRun } from './run-worker.ts';
import { requireConfiguration } from '../support/methods.ts';

/** 5 steps an epoch, and an update after every one: three messages a step. */
const talkative: ConfigurationInput = {
  method: 'set',
  network: 'mlp-8',
  sparsity: 0.8,
  updateEvery: 1,
  stopFraction: 1,
  batchSize: 80,
  validationFraction: 0,
  epochs: 500,
  checkpointEvery: 100,
};

/** More than a step says, with its update, what became of earlier ones, points, progress and a checkpoint. */
const ONE_STEP = 10;

/** More than a trainer says that ends: also its last state, its warnings and the test. */
const ENDING = 20;

const checkpoint = (bytes: number): TrainerEvent => ({
  type: 'checkpoint',
  step: 1,
  epoch: 1,
  bytes: new Uint8Array(bytes),
});
const log: TrainerEvent = { type: 'log', level: 'info', text: 'said' };
const times = (count: number, event: TrainerEvent): TrainerEvent[] => Array.from({ length: count }, () => event);
const megabytes = (count: number): TrainerEvent => checkpoint(count * 2 ** 20);

describe('a backlog', () => {
  it.each([
    ['as many messages as may wait', times(4096, log), [], false],
    ['one more', times(4097, log), [], true],
    ['one more, of which one is stored', times(4097, log), [log], false],
    ['as many bytes as may wait', [megabytes(64)], [], false],
    ['one byte more', [megabytes(64), checkpoint(1)], [], true],
    ['more bytes, of which enough are stored', [megabytes(40), megabytes(40)], [megabytes(40)], false],
    ['more bytes than fit an Int32, all stored', times(40, megabytes(64)), times(40, megabytes(64)), false],
  ])('of %s', (_, said, stored, isTooLong) => {
    const control = createMessageControl();
    const backlog = countBacklog(() => undefined, control);
    for (const event of said) backlog.post(event);
    for (const event of stored) control.addStored({ messages: 1, bytes: bytesOf(event) });
    expect(backlog.isTooLong()).toBe(isTooLong);
  });

  it('counts arrays, points and masks by their bytes', () => {
    const mask = { outputs: 1, inputs: 4, rowStarts: new Uint32Array(2), columns: new Uint32Array(3) };
    const positions = new Float64Array(5);
    const magnitudes = new Uint8Array(7);
    const record = { lossBefore: 1, lossAfter: 1, layers: [{ dropThreshold: 1, gradientNorm: 1, magnitudes }] };
    const layers = [{ layer: 0, dropped: positions, grown: positions }];
    expect(bytesOf({ type: 'initial-masks', masks: [mask] })).toBe(20);
    expect(bytesOf({ type: 'mask-update', update: 1, step: 1, rs: 1, activeWeights: 3, layers, record })).toBe(87);
    const point = { metric: 'loss', step: 1, value: 1 };
    expect(bytesOf({ type: 'points', points: [point, point] })).toBe(128);
  });
});

/** What `train` says on this thread, where the test stores whenever the trainer waits. */
async function trainHere(store: (backlog: Amount) => Amount): Promise<{ events: TrainerEvent[]; most: Amount }> {
  const events: TrainerEvent[] = [];
  const backlog: Amount = { messages: 0, bytes: 0 };
  const most: Amount = { messages: 0, bytes: 0 };
  const messages = createMessageControl();
  const control: Control = {
    ...messages,
    async until(condition) {
      while (!condition()) {
        const stored = store(backlog);
        backlog.messages -= stored.messages;
        backlog.bytes -= stored.bytes;
        messages.addStored(stored);
      }
    },
  };
  const start = {
    runId: 'test',
    configuration: requireConfiguration(talkative),
    threads: 1,
    data: tinyData(400),
    checkpoint: null,
  };
  const post = (event: TrainerEvent): void => {
    events.push(structuredClone(event));
    backlog.messages++;
    backlog.bytes += bytesOf(event);
    most.messages = Math.max(most.messages, backlog.messages);
    most.bytes = Math.max(most.bytes, backlog.bytes);
  };
  await train(start, { post, control, openEngine: openCpu });
  return { events, most };
}

/** All that training decides; not progress, whose moments a clock decides. */
const decidedOf = (events: TrainerEvent[]) => {
  const { result } = ofType(events, 'finished')[0];
  return { masks: ofType(events, 'mask-update'), result: { ...result, seconds: 0 } };
};

const everything = (backlog: Amount): Amount => ({ ...backlog });

describe('a trainer that says more than is stored', { timeout: 120_000 }, () => {
  it('is never further ahead than the bound and one step, however it is stored; its run is the same', async () => {
    const { decided, said } = await trainHere(everything).then(({ events }) => ({
      decided: decidedOf(events),
      said: events.length,
    }));
    expect(said).toBeGreaterThan(LONGEST_BACKLOG.messages * 1.5);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 4 }), async (parts) => {
        let turn = 0;
        const { events, most } = await trainHere((backlog) => {
          const messages = Math.min(backlog.messages, parts[turn++ % parts.length]);
          return { messages, bytes: Math.floor((backlog.bytes * messages) / backlog.messages) };
        });
        expect(turn).toBeGreaterThan(0);
        expect(most.messages).toBeGreaterThan(LONGEST_BACKLOG.messages);
        expect(most.messages).toBeLessThanOrEqual(LONGEST_BACKLOG.messages + ENDING);
        expect(decidedOf(events)).toEqual(decided);
      }),
      { numRuns: 3 },
    );
  });

  /** A worker of whose messages none is stored, once it has said as many as it may. */
  async function waiting(): Promise<WorkerRun> {
    const run = await startWorker({ ...talkative, epochs: 100_000 }, { threads: 1, keepsBacklog: true });
    await run.until(() => run.events.length > LONGEST_BACKLOG.messages);
    return run;
  }

  it.each([
    ['cancel', 'finished'],
    ['suspend', 'suspended'],
  ] as const)('heeds %s while it waits', async (command, ending) => {
    const run = await waiting();
    run.control(command);
    await run.until(({ type }) => type === ending);
    await run.exited;
    expect(run.events.length).toBeLessThanOrEqual(LONGEST_BACKLOG.messages + ONE_STEP + ENDING);
    expect(ofType(run.events, 'checkpoint').at(-1)?.step).toBe(ofType(run.events, 'mask-update').at(-1)?.step);
  });

  it('pauses while it waits; goes on when it is wanted and its messages are stored, not before', async () => {
    const run = await waiting();
    run.control('pause');
    await run.until(({ type }) => type === 'paused');
    const { step } = ofType(run.events, 'checkpoint').at(-1)!;
    run.control('run');
    await run.until(({ type }) => type === 'resumed');
    run.control('pause');
    await run.until(() => ofType(run.events, 'paused').length === 2);
    expect(ofType(run.events, 'checkpoint').at(-1)?.step).toBe(step);
    run.control('run');
    const bytes = run.events.reduce((sum, event) => sum + bytesOf(event), 0);
    run.stored({ messages: run.events.length, bytes });
    await run.until((event) => event.type === 'mask-update' && event.step > step + 10);
    run.control('cancel');
    await run.until(({ type }) => type === 'finished');
    await run.exited;
  });
});
