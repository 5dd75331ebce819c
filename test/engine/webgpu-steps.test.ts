import { expect, test, vi } from 'vitest';
import { LostDeviceError } from '../../src-main/engine/engine.ts';
import { openDawnDevice } from '../../src-main/engine/webgpu/dawn.node.ts';
import { openWebGpuEngine } from '../../src-main/engine/webgpu/index.ts';
import { someChanges, trialBatch, trialOpening } from './networks.ts';

vi.setConfig({ testTimeout: 600_000 });

const STEP = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 3 };

/** Calls of a real device that cost time, counted as they pass. */
function countCalls(device: GPUDevice) {
  const counts = { submits: 0, pipelines: 0, buffers: 0 };
  const { queue } = device;
  const [submit, pipeline, buffer] = [
    queue.submit.bind(queue),
    device.createComputePipeline.bind(device),
    device.createBuffer.bind(device),
  ];
  queue.submit = (commands) => {
    counts.submits += [...commands].length;
    return submit(commands);
  };
  device.createComputePipeline = (descriptor) => {
    counts.pipelines++;
    return pipeline(descriptor);
  };
  device.createBuffer = (descriptor) => {
    counts.buffers++;
    return buffer(descriptor);
  };
  return {
    counts,
    /** What `work` costs. */
    async during(work: () => Promise<unknown> | unknown) {
      const before = { ...counts };
      await work();
      return {
        submits: counts.submits - before.submits,
        pipelines: counts.pipelines - before.pipelines,
        buffers: counts.buffers - before.buffers,
      };
    },
  };
}

async function openCounted() {
  const { device } = await openDawnDevice();
  const calls = countCalls(device);
  const opening = trialOpening({ widths: [20, 32, 24, 5], density: 0.3, seed: 4, largestBatch: 16 });
  const engine = await openWebGpuEngine(opening, { device });
  const batch = (t: number) => trialBatch(opening, 16, t);
  return { opening, engine, calls, device, batch };
}

test('a step is one command buffer; pipelines and buffers were made before the first', async () => {
  const { engine, calls, batch } = await openCounted();
  expect(calls.counts.pipelines).toBeGreaterThan(5);
  await engine.trainStep(batch(0), STEP);
  const twenty = await calls.during(async () => {
    for (let t = 1; t <= 20; t++) await engine.trainStep(batch(t), STEP);
  });
  expect(twenty).toEqual({ submits: 20, pipelines: 0, buffers: 0 });
  expect(await calls.during(() => engine.evaluate(batch(0)))).toEqual({ submits: 1, pipelines: 0, buffers: 0 });
  await engine.close();
});

test('a mask update compiles nothing anew', async () => {
  const { opening, engine, calls, batch } = await openCounted();
  const change = (seed: number) => someChanges(opening.state.layers[1].mask, seed);
  await engine.trainStep(batch(0), STEP);
  const { dropped, ranks, grown } = change(3);
  await engine.largestInactiveGradients(1, 4, ranks, 1);
  await engine.rewire(1, dropped, grown);
  const second = await calls.during(async () => {
    await engine.trainStep(batch(1), STEP);
    await engine.largestInactiveGradients(1, 4, ranks, 1);
    await engine.rewire(1, grown, dropped);
    await engine.trainStep(batch(2), STEP);
  });
  expect(second.pipelines).toBe(0);
  await engine.close();
});

test('steps reach the card before earlier ones have their results, and their batches may change at once', async () => {
  const { opening, engine, calls, batch } = await openCounted();
  const ahead = engine.stepsAhead!;
  expect(ahead).toBeGreaterThan(1);
  const shared = batch(0);
  let settled = 0;
  const results: Promise<number>[] = [];
  const sent = await calls.during(() => {
    for (let t = 0; t < ahead; t++) {
      const { pixels, labels } = batch(t);
      shared.pixels.set(pixels);
      shared.labels.set(labels);
      const result = engine.trainStep(shared, STEP);
      results.push(result.then(({ loss }) => loss));
      void result.then(() => settled++);
    }
    expect(settled).toBe(0);
  });
  expect(sent.submits).toBe(ahead);
  shared.pixels.fill(0);
  const together = await Promise.all(results);
  await engine.close();

  const { engine: alone } = await openCounted();
  const one: number[] = [];
  for (let t = 0; t < ahead; t++) one.push((await alone.trainStep(trialBatch(opening, 16, t), STEP)).loss);
  await alone.close();
  expect(together).toEqual(one);
});

test('a device that is lost ends the steps on their way and all later ones, and says so', async () => {
  const { engine, device, batch } = await openCounted();
  expect(engine.description.title).toMatch(/^WebGPU, .*\(a software adapter\)$/);
  await engine.trainStep(batch(0), STEP);
  device.destroy();
  await expect(engine.trainStep(batch(1), STEP)).rejects.toBeInstanceOf(LostDeviceError);
  await expect(engine.trainStep(batch(2), STEP)).rejects.toThrow(/its device was lost \(destroyed\)/);
  await expect(engine.snapshot()).rejects.toThrow(/its device was lost/);
  await engine.close();
});

test('a call that waits for its turn has its batch too', async () => {
  const { opening, engine } = await openCounted();
  await engine.trainStep(trialBatch(opening, 16, 0), STEP);
  const { dropped, grown } = someChanges(opening.state.layers[0].mask, 3);
  const rewired = engine.rewire(0, dropped, grown);
  const batch = trialBatch(opening, 16, 1);
  const waiting = engine.evaluate(batch);
  batch.pixels.fill(0);
  await rewired;
  expect(await waiting).toEqual(await engine.evaluate(trialBatch(opening, 16, 1)));
  await engine.close();
});
