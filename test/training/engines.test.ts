import { expect, test } from 'vitest';
import {
  METRICS,
  requireConfiguration,
  type ConfigurationInput,
  type Mask,
  type TrainerEvent,
} from '../../src-main/contract/index.ts';
import type { Engine, EngineOpening } from '../../src-main/engine/engine.ts';
import { createMessageControl } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { openTfjsOnCpu } from '../engine/tfjs-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';

/** One run on this thread, by the engine that `open` gives. */
async function trainOn(
  open: (opening: EngineOpening) => Promise<Engine>,
  input: ConfigurationInput,
): Promise<TrainerEvent[]> {
  const events: TrainerEvent[] = [];
  const start = {
    runId: 'test',
    configuration: requireConfiguration(input),
    threads: 1,
    data: tinyData(400),
    checkpoint: null,
  };
  // What is posted is copied, as a port does.
  await train(start, {
    post: (event) => events.push(structuredClone(event)),
    control: createMessageControl(),
    openEngine: open,
  });
  return events;
}

const masksOf = (events: TrainerEvent[]): { initial: Mask[]; updates: unknown[] } => ({
  initial: ofType(events, 'initial-masks')[0].masks,
  updates: ofType(events, 'mask-update').map(({ update, step, layers }) => ({ update, step, layers })),
});

test.each(['set-itop', 'set', 'random-unfired'] as const)(
  '%s on another engine: the same masks, and losses within float32 tolerance for 50 steps',
  async (method) => {
    const input: ConfigurationInput = {
      method,
      network: 'mlp-40-20',
      sparsity: 0.8,
      updateEvery: 8,
      // 10 steps an epoch, and a point of the curves at each of them.
      batchSize: 36,
      epochs: 5,
      checkpointEvery: 0,
    };
    const cpu = await trainOn(openCpu, input);
    const tfjs = await trainOn(openTfjsOnCpu, input);
    expect(ofType(cpu, 'started')[0].engine).toBe('cpu');
    expect(ofType(tfjs, 'started')[0].engine).toBe('tfjs-cpu');
    expect(masksOf(cpu).updates).toHaveLength(6);
    expect(masksOf(tfjs)).toEqual(masksOf(cpu));
    const [ofCpu, ofTfjs] = [cpu, tfjs].map((events) => seriesOf(events, METRICS.trainLoss));
    expect(ofCpu).toHaveLength(50);
    ofCpu.forEach(([step, loss], at) => {
      expect(ofTfjs[at][0]).toBe(step);
      expect(Math.abs(ofTfjs[at][1] - loss) / loss).toBeLessThan(1e-4);
    });
  },
);

test('an engine that is named and absent ends the run with the remedy; no other takes its place', async () => {
  await expect(trainToEnd({ engine: 'tfjs-cuda', epochs: 1 })).rejects.toThrow(
    /cannot load @tensorflow\/tfjs-node-gpu.*CUDA 11\.2 and cuDNN 8\.1.*npm install/s,
  );
});

test('webgpu in the training thread, on a software adapter that says so', { timeout: 60_000 }, async () => {
  const { events } = await trainToEnd({ engine: 'webgpu', method: 'set', network: 'mlp-16', epochs: 1 });
  expect(ofType(events, 'started')[0]).toMatchObject({ engine: 'webgpu' });
  expect(ofType(events, 'started')[0].engineTitle).toMatch(/SwiftShader/);
});
