import { writeStep } from '../../src-main/engine/cpu/batch.ts';
import { measuredStorage } from '../../src-main/engine/cpu/crossover.ts';
import { instantiateKernels } from '../../src-main/engine/cpu/kernels.ts';
import * as layout from '../../src-main/engine/cpu/kernels/layout.ts';
import { buildPlan } from '../../src-main/engine/cpu/plan.ts';
import { createSharedMemory } from '../../src-main/engine/cpu/shared-memory.ts';
import { createStages } from '../../src-main/engine/cpu/stages.ts';
import { startThreads } from '../../src-main/engine/cpu/threads.ts';
import { chooseVariant } from '../../src-main/engine/cpu/variants.ts';
import { type BenchCase, benchOpening, cases, randomBatch } from './networks.ts';
import { loadKernels, machine, median, registerPeak, spawnThread, table, writeResult } from './support.ts';

const SPARSITIES = [0, 0.8, 0.9, 0.95, 0.98];
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
const WARM_UP_SECONDS = 0.4;
const SECONDS = 1;

const KINDS: Record<number, string> = {
  [layout.OPERATION_PACK]: 'pack',
  [layout.OPERATION_RELU]: 'relu',
  [layout.OPERATION_CROSS_ENTROPY]: 'loss',
  [layout.OPERATION_NORM]: 'norm',
  [layout.OPERATION_POOL]: 'pool',
  [layout.OPERATION_ADD]: 'add',
  [layout.OPERATION_DROPOUT]: 'dropout',
  [layout.OPERATION_FLATTEN]: 'flatten',
};
const VERBS: Record<number, string> = {
  [layout.VERB_FORWARD]: 'forward',
  [layout.VERB_BACKWARD]: 'backward',
  [layout.VERB_STATISTICS]: 'statistics',
  [layout.VERB_BACKWARD_STATISTICS]: 'backward statistics',
  [layout.VERB_FINISH]: 'finish',
  [layout.VERB_BACKWARD_FINISH]: 'backward finish',
  [layout.VERB_BACKWARD_UPDATE]: 'backward, gradient, update',
};

interface Part {
  layer: string;
  kernel: string;
  /** Floating-point operations on active weights; 0 for what only moves numbers. */
  flops: number;
  run(): Promise<void> | void;
}

interface Row {
  sparsity: number;
  layer: string;
  kernel: string;
  ms: number;
  gflops: number | null;
  share: number | null;
}

/**
 * Where the time of a training step goes: every kernel of every layer by itself, in the order of a step, on `threads`
 * threads. Their sum is more than a step, in which neighbours share what lies in the cache.
 */
export async function benchStages(options: {
  json: boolean;
  threads: number;
  only?: BenchCase;
  sparsities?: number[];
}): Promise<void> {
  const { threads, only = 'conv', json } = options;
  const { module, simd } = await loadKernels();
  const peak = registerPeak(module) * Math.min(threads, 2);
  const rows: Row[] = [];
  for (const sparsity of options.sparsities ?? SPARSITIES)
    for (const [part, ms] of await timeParts(only, sparsity, threads, module)) {
      const gflops = part.flops > 0 ? part.flops / ms / 1e6 : null;
      rows.push({ sparsity, layer: part.layer, kernel: part.kernel, ms, gflops, share: gflops && gflops / peak });
    }
  const result = { machine: `${machine()}, ${simd} SIMD`, case: only, threads, peakGflops: peak, rows };
  const file = writeResult(`stages-${only}`, result);
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const shown = (row: Row) => [
    String(row.sparsity),
    row.layer,
    row.kernel,
    row.ms.toFixed(3),
    row.gflops?.toFixed(1) ?? '-',
    row.share === null ? '-' : `${(row.share * 100).toFixed(0)}%`,
  ];
  process.stdout.write(
    `${result.machine}\n${cases[only].title}; ${threads} threads, registers-only peak ${peak.toFixed(1)} GFLOP/s\n` +
      'Work counts active weights only.\n\n' +
      `${table(['sparsity', 'layer', 'kernel', 'ms', 'GFLOP/s', 'of peak'], [...rows, ...totals(rows, peak)].map(shown))}\n\nwritten to ${file}\n`,
  );
}

/** All layers of one kernel together. */
function totals(rows: Row[], peak: number): Row[] {
  const sums = new Map<string, Row & { work: number }>();
  for (const { sparsity, kernel, ms, gflops } of rows) {
    const key = `${sparsity} ${kernel}`;
    const sum = sums.get(key) ?? { sparsity, layer: 'all', kernel, ms: 0, gflops: null, share: null, work: 0 };
    sums.set(key, { ...sum, ms: sum.ms + ms, work: sum.work + (gflops ?? 0) * ms });
  }
  return [...sums.values()].map(({ work, ...row }) => {
    const gflops = work > 0 ? work / row.ms : null;
    return { ...row, gflops, share: gflops && gflops / peak };
  });
}

async function timeParts(
  only: BenchCase,
  sparsity: number,
  threads: number,
  module: WebAssembly.Module,
): Promise<[Part, number][]> {
  const opening = benchOpening(only, sparsity, threads);
  const shared = createSharedMemory();
  const kernels = instantiateKernels(module, shared.memory);
  const variant = chooseVariant(module);
  const plan = buildPlan(shared, kernels, opening, variant, measuredStorage(module, variant));
  const team = await startThreads(threads, shared, module, kernels, spawnThread);
  const step = shared.allocate(layout.STEP_BYTES, 'plan');
  const { count, pixels, labels } = randomBatch(opening);
  shared.bytes(plan.pixels, pixels.length).set(pixels);
  shared.bytes(plan.labels, labels.length).set(labels);
  writeStep(shared, step, { count }, 0, STEP);
  const tiles = Math.ceil(count / layout.TILE);

  const flopsOf = new Map(
    plan.layers.map(({ operation, weights, output: { shape } }) => [
      operation.address,
      2 * weights.activeCount() * count * shape[0] * shape[1],
    ]),
  );
  const nameOf = new Map(plan.layers.map(({ operation, weights }) => [operation.address, weights.layer.name]));
  const seen = new Map<number, string>();
  /** Layers without weights are known by their kind and their order. */
  function nameFor(address: number): string {
    const kind = shared.words(address, 1)[layout.OPERATION_KIND];
    const label = nameOf.get(address) ?? seen.get(address) ?? `${KINDS[kind]}-${seen.size}`;
    if (!nameOf.has(address)) seen.set(address, label);
    return label;
  }
  const parts = plan.training.flatMap(({ kind, tasks, items }) =>
    tasks.map((task): Part => {
      const stages = createStages(shared, kernels, team, { ...plan, training: [{ kind, tasks: [task], items }] }, step);
      const { address } = task.operation;
      // The fused way back does the work of two.
      const flops = (flopsOf.get(address) ?? 0) * (task.verb === layout.VERB_BACKWARD_UPDATE ? 2 : 1);
      const kernel = flops ? VERBS[task.verb] : `${KINDS[shared.words(address, 1)[0]]} ${VERBS[task.verb]}`;
      return { layer: nameFor(address), kernel, flops, run: () => stages.train(tiles) };
    }),
  );
  for (const layer of plan.layers.filter(({ fused }) => !fused)) {
    const stages = createStages(shared, kernels, team, { ...plan, training: [], layers: [layer] }, step);
    const flops = flopsOf.get(layer.operation.address)!;
    const { name } = layer.weights.layer;
    parts.push({ layer: name, kernel: 'gradient and update', flops, run: () => stages.update() });
  }
  const times = parts.map((): number[] => []);
  const all = async (keep: boolean, seconds: number) => {
    for (const until = performance.now() + seconds * 1000; performance.now() < until || (keep && times[0].length < 5);)
      for (const [i, part] of parts.entries()) {
        const startedAt = performance.now();
        await part.run();
        if (keep) times[i].push(performance.now() - startedAt);
      }
  };
  await all(false, WARM_UP_SECONDS);
  await all(true, SECONDS);
  await team.close();
  return parts.map((part, i) => [part, median(times[i])]);
}
