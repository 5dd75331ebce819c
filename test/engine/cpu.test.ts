import { describe, expect, onTestFinished, test } from 'vitest';
import { instantiateKernels } from '../../src-main/engine/cpu/kernels.ts';
import {
  CONTROL_GATE,
  CONTROL_READY,
  CONTROL_WORDS,
  TILE,
  TILE_BYTES,
} from '../../src-main/engine/cpu/kernels/layout.ts';
import { loadCpuKernels, nodeThreads } from '../../src-main/engine/cpu/kernels.node.ts';
import { createSharedMemory } from '../../src-main/engine/cpu/shared-memory.ts';
import type { KernelThread, SpawnThread } from '../../src-main/engine/cpu/threads.ts';
import { MODE_MASK, MODE_PLAIN, MODE_RELU } from '../../src-main/engine/graph/modes.ts';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import { describeNodeEngines } from '../../src-main/engine/engines.node.ts';
import { kernelFolder, loadBuild, openCpu, spawnThread } from './cpu-support.ts';
import { conv, globalPool, imageOpening, layersOf, linear, relu, residualNetwork } from './images.ts';
import { everyRank, positionsAtRanks, randomNumbers, someChanges, trialBatch, trialOpening } from './networks.ts';

const STEP = { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, dropoutSeed: 1 };

/** Everything that a short training with growth leaves behind. */
async function train(opening: EngineOptions, threads: number) {
  const engine = await openCpu({ ...opening, threads });
  const trace = [];
  for (let t = 0; t < 6; t++) {
    trace.push(await engine.trainStep(trialBatch(opening, t % 2 ? opening.largestBatch : 37, t), STEP));
    for (const layer of [0, 1, 2]) trace.push(await engine.gradients(layer));
    const { dropped, ranks } = someChanges(await engine.mask(1), 3);
    const candidates = await engine.largestInactiveGradients(1, ranks.length, ranks, t);
    trace.push(candidates);
    await engine.rewire(1, dropped, candidates);
    trace.push(await engine.snapshot());
  }
  await engine.close();
  return trace;
}

describe('threads', () => {
  test('1, 2 and 4 threads reproduce themselves and each other bit for bit', async () => {
    // Large enough for several row blocks and for candidates beyond a thread's room; more threads than tiles in one.
    for (const largestBatch of [37, 128]) {
      const opening = trialOpening({ widths: [60, 170, 150, 7], density: 0.25, seed: 51, largestBatch });
      const expected = await train(opening, 1);
      for (const threads of [1, 2, 2, 4, 4]) expect(await train(opening, threads)).toEqual(expected);
    }
  });

  test('a residual CNN with dropout too, whatever the batch', async () => {
    const layers = residualNetwork(3, 12, 5);
    layers.splice(-1, 0, { kind: 'dropout', name: 'drop', rate: 0.2 });
    const opening = imageOpening({ shape: [9, 10, 3], classes: 5, density: 0.3, seed: 57, largestBatch: 70, layers });
    const run = async (threads: number) => {
      const engine = await openCpu({ ...opening, threads }, { storage: () => 'sparse' });
      const trace = [];
      for (let t = 0; t < 4; t++) {
        trace.push(await engine.trainStep(trialBatch(opening, [70, 33, 5, 64][t], t), { ...STEP, dropoutSeed: t }));
        const { dropped, ranks } = someChanges(await engine.mask(3), 3);
        trace.push(await engine.gradients(3));
        const candidates = await engine.largestInactiveGradients(3, ranks.length, ranks, t);
        trace.push(candidates);
        await engine.rewire(3, dropped, candidates);
        trace.push(await engine.snapshot(), await engine.evaluate(trialBatch(opening, 41, t)));
      }
      await engine.close();
      return trace;
    };
    const expected = await run(1);
    for (const threads of [2, 3, 5]) expect(await run(threads)).toEqual(expected);
  });

  test('a thread that ends is an error, not a hang', async () => {
    let thread: KernelThread | undefined;
    const spawn: SpawnThread = (boot, onEnd) => (thread = spawnThread(boot, onEnd));
    const opening = trialOpening({ widths: [6, 5, 3], threads: 2 });
    const engine = await openCpu(opening, { spawn });
    await engine.trainStep(trialBatch(opening, 4), STEP);
    await thread!.terminate();
    await expect(engine.trainStep(trialBatch(opening, 4), STEP)).rejects.toThrow(/thread 1 ended/);
    await expect(engine.evaluate(trialBatch(opening, 4))).rejects.toMatchObject({ name: 'EngineError' });
    await engine.close();
  });

  test('a thread that dies in the middle of a stage is an error, not a hang', async () => {
    const stuck = moduleWhoseExecute([0x03, 0x40, 0x0c, 0x00, 0x0b]);
    const spawn: SpawnThread = (boot, onEnd) => {
      const thread = spawnThread({ ...boot, module: stuck }, onEnd);
      const words = new Int32Array(boot.memory.buffer, boot.control, CONTROL_WORDS);
      // The opener alone shuts the gate, so one more than none is the thread, which never comes out again.
      const look = setInterval(() => {
        if (Atomics.load(words, CONTROL_GATE) < 1) return;
        clearInterval(look);
        void thread.terminate();
      }, 1);
      onTestFinished(() => clearInterval(look));
      return thread;
    };
    const opening = trialOpening({ widths: [6, 5, 3], threads: 2 });
    const engine = await openCpu(opening, { spawn });
    await expect(trainUntilRefused(engine, opening)).rejects.toThrow(/thread 1 ended/);
    await engine.close();
  });

  test('a trap in a kernel is an error that says so', async () => {
    const trapping = moduleWhoseExecute([0x00]);
    const spawn: SpawnThread = (boot, onEnd) => spawnThread({ ...boot, module: trapping }, onEnd);
    const opening = trialOpening({ widths: [6, 5, 3], threads: 3 });
    const engine = await openCpu(opening, { spawn });
    const step = trainUntilRefused(engine, opening);
    await expect(step).rejects.toThrow(/thread [12]: unreachable/);
    await expect(step).rejects.toMatchObject({ name: 'EngineError' });
    await engine.close();
  });

  test('a thread that comes too late for every stage holds nothing up, and changes no bit', async () => {
    const ready: SpawnThread = ({ memory, control }) => {
      Atomics.add(new Int32Array(memory.buffer, control, CONTROL_WORDS), CONTROL_READY, 1);
      return { terminate: () => Promise.resolve() };
    };
    const opening = trialOpening({ widths: [40, 60, 50, 5], density: 0.3, threads: 2, largestBatch: 70 });
    const run = async (spawn: SpawnThread) => {
      const engine = await openCpu(opening, { spawn });
      const results = [];
      for (let t = 0; t < 5; t++) results.push(await engine.trainStep(trialBatch(opening, 70, t), STEP));
      results.push(await engine.snapshot());
      await engine.close();
      return results;
    };
    expect(await run(ready)).toEqual(await run(spawnThread));
  });

  test('a thread that cannot start is an error', async () => {
    const spawn = nodeThreads(new URL('file:///nowhere/kernel.worker.ts'));
    const opening = trialOpening({ widths: [6, 3], threads: 2 });
    await expect(openCpu(opening, { spawn })).rejects.toThrow(/thread 1 ended/);
  });
});

/** A stage does not wait for threads that come too late for it, so it may take some until one meets its fate. */
async function trainUntilRefused(engine: Engine, opening: EngineOptions): Promise<void> {
  for (;;) {
    await engine.trainStep(trialBatch(opening, 4), STEP);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A module that takes the shared memory and exports `execute(i32, i32)` with the given body. */
function moduleWhoseExecute(body: number[]): WebAssembly.Module {
  const section = (id: number, content: number[]) => [id, content.length, ...content];
  const text = (value: string) => [value.length, ...Array.from(value, (c) => c.charCodeAt(0))];
  const code = [0x00, ...body, 0x0b];
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 2, 0x7f, 0x7f, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 0x02, 0x03, 1, 0x80, 0x80, 0x04]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('execute'), 0x00, 0]),
    ...section(10, [1, code.length, ...code]),
  ];
  return new WebAssembly.Module(Uint8Array.from(bytes));
}

describe('memory', () => {
  test('at most 32 bytes an active weight, and nothing of dense size', async () => {
    const side = 100_000;
    const opening = sparseOpening([3072, side, side, 10], [60_000, 200_000, 3_000], 51);
    const engine = await openCpu({ ...opening, threads: 2 });
    const weights = opening.state.layers.reduce((sum, layer) => sum + layer.mask.columns.length, 0);
    const rows = opening.state.layers.reduce((sum, { mask }) => sum + 3 * mask.outputs + mask.inputs, 0);
    const { byPurpose } = engine.memory();
    // Row starts and biases are there for each unit, not for each weight.
    expect(byPurpose.weights - rows * 4).toBeLessThanOrEqual(24 * weights + 8192);
    const batch = trialBatch(opening, 8);
    await engine.trainStep(batch, STEP);
    const mask = await engine.mask(1);
    const ranks = everyRank(mask, 10);
    const dropped = positionsAtRanks(mask, ranks);
    const positions = await engine.largestInactiveGradients(1, ranks.length, ranks, 1);
    expect(positions.length).toBeGreaterThan(1000);
    // Far beyond 2^32: positions stay exact.
    expect(Math.max(...positions)).toBeGreaterThan(2 ** 32);
    await engine.rewire(1, dropped, positions);
    expect((await engine.mask(1)).columns).toHaveLength(mask.columns.length - dropped.length + positions.length);
    expect((await engine.trainStep(batch, STEP)).loss).toBeLessThan(10);
    expect(engine.memory().peakBytes).toBeLessThan(150e6);
    await engine.close();
  });

  test('growth and rewiring find their way beyond 2 GiB', async () => {
    const opening = { ...sparseOpening([20, 160_000, 20, 3], [2_000, 4_000, 40], 61), threads: 2 };
    const batch = trialBatch(opening, 8);
    // Room for a batch that never comes: it is addressed, but takes no memory of the machine.
    const run = async (largestBatch: number) => {
      const engine = await openCpu({ ...opening, largestBatch });
      await engine.trainStep(batch, STEP);
      const trace: Float64Array[] = [];
      const dropped: Float64Array[] = [];
      for (const layer of [0, 1, 2]) {
        const ranks = everyRank(await engine.mask(layer), 10);
        const candidates = await engine.largestInactiveGradients(layer, ranks.length, ranks, 1);
        expect(candidates.length).toBeGreaterThan(0);
        trace.push(candidates);
        dropped.push(positionsAtRanks(await engine.mask(layer), ranks));
      }
      for (const layer of [0, 1, 2]) await engine.rewire(layer, dropped[layer], trace[layer]);
      const after = await engine.trainStep(batch, STEP);
      const { usedBytes } = engine.memory();
      await engine.close();
      return { trace, after, usedBytes };
    };
    const expected = await run(8);
    const { usedBytes, ...large } = await run(2560);
    expect(usedBytes).toBeGreaterThan(2 ** 31);
    expect(large).toEqual({ trace: expected.trace, after: expected.after });
  });

  test('at most 32 bytes an active weight of convolutions, scratch and all', async () => {
    const opening = imageOpening({
      shape: [4, 4, 3],
      classes: 3,
      density: 0.3,
      seed: 58,
      largestBatch: 32,
      layers: layersOf(
        conv(3, 256, 3, { padding: 1 }),
        relu,
        conv(256, 512, 3, { padding: 1 }),
        relu,
        globalPool,
        linear(512, 3),
      ),
    });
    const engine = await openCpu({ ...opening, threads: 2 }, { storage: () => 'sparse' });
    const weights = opening.state.layers.reduce((sum, layer) => sum + layer.mask.columns.length, 0);
    await engine.trainStep(trialBatch(opening, 32), STEP);
    const { byPurpose } = engine.memory();
    expect(byPurpose.weights).toBeLessThanOrEqual(24.5 * weights);
    // A thread's scratch hardly depends on the network, so it weighs most on one as small as this.
    expect(byPurpose.weights + byPurpose.scratch + byPurpose.plan).toBeLessThanOrEqual(32 * weights);
    await engine.close();
  });

  test('growth and rewiring give back what they took, closing gives back all', async () => {
    const opening = trialOpening({ widths: [30, 40, 5], density: 0.3, seed: 52 });
    const engine = await openCpu(opening);
    await engine.trainStep(trialBatch(opening, 20), STEP);
    const { usedBytes } = engine.memory();
    for (let round = 0; round < 5; round++) {
      const { dropped, ranks, grown } = someChanges(await engine.mask(0), 4);
      await engine.trainStep(trialBatch(opening, 20), STEP);
      await engine.gradients(0);
      await engine.largestInactiveGradients(0, 50, ranks, round);
      await engine.rewire(0, dropped, grown);
    }
    expect(engine.memory().usedBytes).toBe(usedBytes);
    await engine.close();
    expect(engine.memory()).toMatchObject({ usedBytes: 0, byPurpose: {} });
    await expect(engine.trainStep(trialBatch(opening, 20), STEP)).rejects.toThrow(/closed/);
    await engine.close();
  });

  test('a network beyond 4 GiB is refused with advice', async () => {
    const opening = sparseOpening([10, 40_000_000, 10], [10, 10], 53);
    await expect(openCpu(opening)).rejects.toThrow(/4 GiB.*smaller batch/s);
  });

  test('pieces do not overlap, are aligned, come zeroed and are used again', () => {
    const shared = createSharedMemory();
    const random = randomNumbers(54);
    const held: { address: number; length: number; mark: number }[] = [];
    for (let round = 0; round < 400; round++) {
      if (held.length > 20 || (held.length > 0 && random() < 0.4)) {
        const [piece] = held.splice(Math.floor(random() * held.length), 1);
        expect(shared.bytes(piece.address, piece.length).every((byte) => byte === piece.mark)).toBe(true);
        shared.free(piece.address);
        continue;
      }
      const length = 1 + Math.floor(random() * 9000);
      const address = shared.allocate(length, 'test');
      expect(address % 64).toBe(0);
      expect(shared.bytes(address, length).every((byte) => byte === 0)).toBe(true);
      shared.bytes(address, length).fill((round % 255) | 1);
      held.push({ address, length, mark: (round % 255) | 1 });
    }
    expect(shared.usage().reservedBytes).toBeLessThan(400_000);
    held.forEach(({ address }) => shared.free(address));
    expect(shared.usage().usedBytes).toBe(0);
    expect(() => shared.free(64)).toThrow(/64/);
  });
});

/** Layers with a few random active weights each, drawn without a dense mask; every row's columns ascend. */
function sparseOpening(widths: number[], counts: number[], seed: number): EngineOptions {
  const random = randomNumbers(seed);
  const opening = trialOpening({ widths: widths.map(() => 1), largestBatch: 8 });
  opening.network.inputShape = [1, widths[0], 1];
  opening.network.classes = widths.at(-1)!;
  let index = 0;
  for (const layer of opening.network.layers) {
    if (layer.kind !== 'linear') continue;
    [layer.inputs, layer.outputs] = [widths[index], widths[index + 1]];
    const { inputs, outputs } = layer;
    const chosen = new Set<number>();
    while (chosen.size < counts[index]) chosen.add(Math.floor(random() * inputs * outputs));
    const positions = Float64Array.from(chosen).sort();
    const rowStarts = new Uint32Array(outputs + 1);
    positions.forEach((position) => rowStarts[Math.floor(position / inputs) + 1]++);
    for (let row = 0; row < outputs; row++) rowStarts[row + 1] += rowStarts[row];
    opening.state.layers[index] = {
      mask: { inputs, outputs, rowStarts, columns: Uint32Array.from(positions, (position) => position % inputs) },
      weights: Float32Array.from(positions, () => random() - 0.4),
      momenta: new Float32Array(positions.length),
      biases: new Float32Array(outputs),
      biasMomenta: new Float32Array(outputs),
    };
    index++;
  }
  return opening;
}

describe('kernels', () => {
  test.each(['relaxed', 'plain'] as const)('the variants of one build agree bit for bit: %s', async (simd) => {
    const { module } = await loadBuild(simd);
    const shared = createSharedMemory();
    const kernels = instantiateKernels(module, shared.memory);
    const random = randomNumbers(61);
    const [rows, inputs] = [50, 40];
    const counts = Array.from({ length: rows }, (_, row) => row % 9);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const starts = shared.allocate((rows + 1) * 4, 'test');
    const offsets = shared.allocate(total * 4, 'test');
    const reals = (length: number) => {
      const address = shared.allocate(length * 4, 'test');
      shared.reals(address, length).forEach((_, i, view) => (view[i] = random() - 0.5));
      return address;
    };
    const weights = reals(total);
    const biases = reals(rows);
    const x = reals(inputs * TILE);
    const mask = reals(rows * TILE);
    counts.forEach((count, row) => {
      const view = shared.words(starts, rows + 1);
      view[row + 1] = view[row] + count;
    });
    shared.words(offsets, total).forEach((_, k, view) => (view[k] = Math.floor(random() * inputs) * TILE_BYTES));
    for (const mode of [MODE_PLAIN, MODE_RELU, MODE_MASK])
      for (const bias of [0, biases]) {
        const outputs = [kernels.spmmWhole, kernels.spmmHalves].map((kernel) => {
          const y = shared.allocate(rows * TILE_BYTES, 'test');
          kernel(rows, starts, offsets, weights, bias, x, y, mode, mask);
          return shared.words(y, rows * TILE);
        });
        expect(outputs[1]).toEqual(outputs[0]);
        expect(outputs[0].some((bits) => bits !== 0)).toBe(true);
      }
  });

  test('the engine says which build it runs', async () => {
    const opening = trialOpening({ widths: [4, 3], threads: 2 });
    for (const simd of ['relaxed', 'plain'] as const) {
      const engine = await openCpu(opening, { simd });
      expect(engine.description).toEqual({ id: 'cpu', title: `CPU, ${simd} SIMD, 2 threads`, threads: 2 });
      await engine.close();
    }
  });

  test('missing kernels are named, with what to do', async () => {
    await expect(loadCpuKernels('/nowhere')).rejects.toThrow(/\/nowhere\/relaxed\.wasm.*npm run kernels/);
  });

  test('the registry says what is there and why not', async () => {
    expect((await describeNodeEngines(kernelFolder))[0]).toMatchObject({ id: 'cpu', available: true });
    const [missing] = await describeNodeEngines('/nowhere');
    expect(missing.available).toBe(false);
    expect(missing.detail).toContain('npm run kernels');
  });
});
