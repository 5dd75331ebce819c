import { expect, test } from 'vitest';
import { METRICS, type ConfigurationInput, type TrainerEvent } from '../../src-main/contract/index.ts';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import { createMessageControl } from '../../src-main/training/control.ts';
import { train } from '../../src-main/training/trainer.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { openTfjsOnCpu } from '../engine/tfjs-support.ts';
import { openWebGpu } from '../engine/webgpu-support.ts';
import { tinyData } from '../fixtures/tiny-data.ts';
import { ofType, seriesOf, trainToEnd } from './run-worker.ts';
import { requireConfiguration } from '../support/methods.ts';

/** One run on this thread, by the engine that `open` gives. */
async function trainOn(
  open: (opening: EngineOptions) => Promise<Engine>,
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

const masksOf = (events: TrainerEvent[]) => ({
  initial: ofType(events, 'initial-masks')[0].masks,
  updates: ofType(events, 'mask-update').map(({ update, step, layers }) => ({ update, step, layers })),
});

/** Within what float32 sums in another order may do to a loss in 50 steps; a wrong mask, rate or momentum is far outside. */
const LOSS_TOLERANCE = 1e-4;

const ENGINES = { cpu: openCpu, webgpu: openWebGpu, 'tfjs-cpu': openTfjsOnCpu };

test.each(['set-itop', 'set', 'random-unfired', 'mest', 'deepr'] as const)(
  '%s on every engine: the same masks, and losses within float32 tolerance for 50 steps',
  // The software driver compiles each kernel it meets for the first time.
  { timeout: 180_000 },
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
    const [cpu, ...others] = await Promise.all(
      Object.entries(ENGINES).map(async ([id, open]) => {
        const events = await trainOn(open, input);
        expect(ofType(events, 'started')[0].engine).toBe(id);
        return { id, masks: masksOf(events), losses: seriesOf(events, METRICS.trainLoss) };
      }),
    );
    expect(cpu.losses).toHaveLength(50);
    const moved = cpu.masks.updates.map(({ layers }) => layers.reduce((sum, layer) => sum + layer.grown.length, 0));
    expect(moved.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...moved)).toBeGreaterThan(0);
    for (const other of others) {
      expect(other.masks, other.id).toEqual(cpu.masks);
      expect(other.losses.map(([step]) => step)).toEqual(cpu.losses.map(([step]) => step));
      const apart = cpu.losses.map(([, loss], at) => Math.abs(other.losses[at][1] - loss) / loss);
      expect(Math.max(...apart), other.id).toBeLessThan(LOSS_TOLERANCE);
    }
  },
);

test.each(Object.entries(ENGINES))(
  'what goes by the gradients of all positions has its counts on %s',
  { timeout: 180_000 },
  async (_, open) => {
    for (const method of ['srigl', 'rigl-nm', 'rigl-blocks'] as const) {
      const events = await trainOn(open, {
        method,
        network: 'mlp-40-20',
        sparsity: 0.8,
        groupSize: 5,
        updateEvery: 3,
        batchSize: 36,
        epochs: 1,
        checkpointEvery: 0,
      });
      const { initial, updates } = masksOf(events);
      expect(updates.map(({ step }) => step)).toEqual([3, 6]);
      for (const { layers } of updates) {
        expect(layers.map(({ grown }) => grown.length)).toEqual(layers.map(({ dropped }) => dropped.length));
        expect(layers.reduce((sum, { grown }) => sum + grown.length, 0)).toBeGreaterThan(0);
      }
      const cpu = await trainOn(openCpu, { method, network: 'mlp-40-20', sparsity: 0.8, groupSize: 5, epochs: 1 });
      expect(initial).toEqual(masksOf(cpu).initial);
    }
  },
);

test('an engine that is named and absent ends the run with the remedy; no other is taken instead', async () => {
  await expect(trainToEnd({ engine: 'tfjs-cuda', epochs: 1 })).rejects.toThrow(
    /cannot load @tensorflow\/tfjs-node-gpu.*CUDA 11\.2 and cuDNN 8\.1.*npm install/s,
  );
});

test('webgpu in the training thread, on a software adapter that says so', { timeout: 120_000 }, async () => {
  const { events } = await trainToEnd({ engine: 'webgpu', method: 'set', network: 'mlp-16', epochs: 1 });
  expect(ofType(events, 'started')[0]).toMatchObject({ engine: 'webgpu' });
  expect(ofType(events, 'started')[0].engineTitle).toMatch(/SwiftShader/);
});
