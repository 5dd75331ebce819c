import { baseDefaults, type MethodName } from '../../src-main/contract/index.ts';
import { openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import type { Engine } from '../../src-main/engine/engine.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { mlpOpening, randomBatch } from './networks.ts';
import { loadKernels, machine, median, say, spawnThread, table, writeResult } from './support.ts';

const SPARSITIES = [0.9, 0.95, 0.98];
const METHODS = ['rigl', 'set'] as const satisfies readonly MethodName[];
const BATCH = 128;
const UPDATE_EVERY = 100;
const PRUNE_RATE = 0.3;
const WARM_UP_STEPS = 40;
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
/** Steps between two updates of the measurement: enough for the gradients to change. */
const STEPS_BETWEEN = 12;

/** What a mask update of the whole MLP costs, plan and rewiring together, beside the steps between two of them. */
export async function benchGrowth(options: { json: boolean; rounds: number; threads: number }): Promise<void> {
  const { threads, rounds } = options;
  const access = { ...(await loadKernels()), spawnThread };
  const rows: Record<string, number | string>[] = [];
  for (const sparsity of SPARSITIES)
    for (const method of METHODS) {
      say(`${method} at sparsity ${sparsity}`);
      const opening = mlpOpening(sparsity, BATCH, threads);
      const engine = await openCpuEngine(opening, access);
      const { spent, watched } = watch(engine);
      const batch = randomBatch(opening);
      const explored = opening.state.layers.map(({ mask }) => {
        const set = createExploredSet(mask.outputs, mask.inputs);
        set.add(positionsOf(mask));
        return set;
      });
      const configuration = { ...baseDefaults, method };
      const steps: number[] = [];
      const updates: number[] = [];
      const parts: Record<string, number[]> = {};
      for (let step = 0; step < WARM_UP_STEPS; step++) await engine.trainStep(batch, STEP);
      for (let update = 1; update <= 4 * rounds; update++) {
        for (let step = 0; step < STEPS_BETWEEN; step++) steps.push(await milliseconds(engine.trainStep(batch, STEP)));
        spent.clear();
        const moment = { update, step: update, totalSteps: 4 * rounds, rate: PRUNE_RATE, density: null, memory: {} };
        const all = await milliseconds(updateMasks(watched, configuration, explored, moment));
        // The first rounds run before the compilers have done their work.
        if (update <= rounds) continue;
        updates.push(all);
        for (const [part, time] of spent) (parts[part] ??= []).push(time);
        (parts['rules and lists'] ??= []).push(all - Array.from(spent.values()).reduce((sum, time) => sum + time, 0));
      }
      await engine.close();
      const [stepMs, updateMs] = [median(steps), median(updates)];
      rows.push({ sparsity, method, threads, stepMs, updateMs, share: updateMs / (UPDATE_EVERY * stepMs) });
      Object.entries(parts).forEach(([part, times]) => (rows.at(-1)![part] = median(times)));
    }
  const result = { machine: machine(), batch: BATCH, updateEvery: UPDATE_EVERY, pruneRate: PRUNE_RATE, rows };
  const file = writeResult('growth', result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const partNames = ['largestInactiveGradients', 'rewire', 'mask', 'activeWeights', 'rules and lists'];
  const shown = (value: number | string | undefined) => (typeof value === 'number' ? value.toFixed(2) : '-');
  process.stdout.write(
    `${result.machine}, ${threads} threads\nmlp 784-1024-1024-10, batch ${BATCH}: one mask update, prune rate ${PRUNE_RATE}; ` +
      `its share of training at one update every ${UPDATE_EVERY} steps; milliseconds\n\n` +
      `${table(
        ['sparsity', 'method', 'step', 'update', 'share', 'search', 'rewire', 'masks', 'weights', 'rules'],
        rows.map((row) => [
          String(row.sparsity),
          String(row.method),
          shown(row.stepMs),
          shown(row.updateMs),
          `${(Number(row.share) * 100).toFixed(1)}%`,
          ...partNames.map((part) => shown(row[part])),
        ]),
      )}\n\nwritten to ${file}\n`,
  );
}

async function milliseconds(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

/** The same engine, with the time spent in each of its calls. */
function watch(engine: Engine): { spent: Map<string, number>; watched: Engine } {
  const spent = new Map<string, number>();
  const timed =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const startedAt = performance.now();
      const result = await call(...args);
      spent.set(name, (spent.get(name) ?? 0) + performance.now() - startedAt);
      return result;
    };
  const watched: Engine = {
    ...engine,
    mask: timed('mask', engine.mask),
    activeWeights: timed('activeWeights', engine.activeWeights),
    largestInactiveGradients: timed('largestInactiveGradients', engine.largestInactiveGradients),
    rewire: timed('rewire', engine.rewire),
  };
  return { spent, watched };
}
