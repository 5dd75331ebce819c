import { writeStep } from '../../src-main/engine/cpu/batch.ts';
import { crossoverDensity, measuredStorage } from '../../src-main/engine/cpu/crossover.ts';
import { findGrowthCandidates } from '../../src-main/engine/cpu/growth.ts';
import { instantiateKernels } from '../../src-main/engine/cpu/kernels.ts';
import { STEP_BYTES, TILE } from '../../src-main/engine/cpu/kernels/layout.ts';
import { buildPlan } from '../../src-main/engine/cpu/plan.ts';
import { createSharedMemory } from '../../src-main/engine/cpu/shared-memory.ts';
import { createStages } from '../../src-main/engine/cpu/stages.ts';
import { startThreads } from '../../src-main/engine/cpu/threads.ts';
import { chooseVariant } from '../../src-main/engine/cpu/variants.ts';
import { benchOpening, cases, randomBatch } from './networks.ts';
import { loadKernels, machine, median, registerPeak, spawnThread, table, writeResult } from './support.ts';

const BATCH = cases.mlp.batch;
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
const SPARSITIES = [0, 0.8, 0.9, 0.95, 0.98];

/** What one thread reaches in each part of a step, beside what it could reach with registers alone. */
export async function benchKernels(options: { json: boolean }): Promise<void> {
  const { module, simd } = await loadKernels();
  const rows: Record<string, number | string>[] = [];
  let peak = 0;
  for (const sparsity of SPARSITIES) {
    const opening = benchOpening('mlp', sparsity, 1);
    const shared = createSharedMemory();
    const kernels = instantiateKernels(module, shared.memory);
    const variant = chooseVariant(module);
    const plan = buildPlan(shared, kernels, opening, variant, measuredStorage(module, variant));
    const team = await startThreads(1, shared, module, kernels, spawnThread);
    const step = shared.allocate(STEP_BYTES, 'plan');
    const stages = createStages(shared, kernels, team, plan, step);
    const batch = randomBatch(opening);
    shared.bytes(plan.pixels, batch.pixels.length).set(batch.pixels);
    shared.bytes(plan.labels, batch.labels.length).set(batch.labels);
    const tiles = BATCH / TILE;
    const counts = plan.layers.map(({ weights }) => weights.activeCount());
    const all = counts.reduce((sum, count) => sum + count, 0);
    const grown = sparsity === 0 ? 0 : Math.round(counts[1] * 0.15);
    const none = new Uint32Array(0);

    peak = Math.max(peak, registerPeak(module));
    writeStep(shared, step, { count: BATCH }, 0, null);
    const forward = await time(() => stages.evaluate(tiles));
    writeStep(shared, step, { count: BATCH }, 0, STEP);
    const both = await time(() => stages.train(tiles));
    const update = await time(() => stages.update());
    const growth =
      grown === 0
        ? null
        : await time(
            () =>
              findGrowthCandidates(shared, kernels, stages, 1, plan.layers[1], tiles, grown, none, 1).then(
                () => undefined,
              ),
            30,
          );
    const flops = (weights: number) => 2 * weights * BATCH;
    const add = (kernel: string, milliseconds: number, work: number) =>
      rows.push({ sparsity, kernel, ms: milliseconds, gflops: work / milliseconds / 1e6 });
    add('forward', forward, flops(all));
    add('backward to activations', both - forward, flops(all - counts[0]));
    add('gradient and update', update, flops(all));
    if (growth !== null) add('growth, 1024 x 1024 dense', growth, flops(1024 * 1024));
    await team.close();
  }
  rows.forEach((row) => (row.share = Number(row.gflops) / peak));
  const variant = chooseVariant(module);
  const crossover = Object.fromEntries(
    (['linear', 'pointwise', 'convolution'] as const).map((kind) => [kind, crossoverDensity(module, variant, kind)]),
  );
  const result = { machine: `${machine()}, ${simd} SIMD`, variant, crossover, peakGflops: peak, rows };
  const file = writeResult('kernels', result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    `${result.machine}\nregisters-only peak: ${peak.toFixed(1)} GFLOP/s a thread; spmm variant ${result.variant}\n` +
      `dense storage is faster from these densities on: ${Object.entries(crossover)
        .map(([kind, density]) => `${kind} ${density.toFixed(2)}`)
        .join(', ')}\n` +
      'Work counts active weights only; growth counts the whole dense product, of which it skips what cannot matter.\n\n' +
      `${table(
        ['sparsity', 'kernel', 'ms', 'GFLOP/s', 'of peak'],
        rows.map(({ sparsity, kernel, ms, gflops, share }) => [
          String(sparsity),
          String(kernel),
          Number(ms).toFixed(3),
          Number(gflops).toFixed(1),
          `${(Number(share) * 100).toFixed(0)}%`,
        ]),
      )}\n\nwritten to ${file}\n`,
  );
}

async function time(work: () => Promise<void> | void, rounds = 150): Promise<number> {
  for (let i = 0; i < rounds / 3; i++) await work();
  const milliseconds: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const startedAt = performance.now();
    await work();
    milliseconds.push(performance.now() - startedAt);
  }
  return median(milliseconds);
}
