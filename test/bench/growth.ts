import { defaultsOf } from '../../src-main/contract/index.ts';
import { openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import type { Engine } from '../../src-main/engine/engine.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { probeOf } from '../../src-main/training/update-record.ts';
import { type BenchCase, benchOpening, randomBatch } from './networks.ts';
import { loadKernels, machine, median, say, spawnThread, table, writeResult } from './support.ts';
import { plannedUpdates } from '../support/by-configuration.ts';
import { methodOf } from '../support/methods.ts';

const SPARSITIES = [0.8, 0.9, 0.95, 0.98];
const METHODS = ['rigl', 'set'] as const satisfies readonly string[];
const UPDATE_EVERY = 100;
const PRUNE_RATE = 0.3;
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
/** A whole training in small: its updates come at the rates of the method's own schedule, and end where that ends them. */
const INTERVALS = 17;

/**
 * How long each case runs: steps before the first update and between two of them (enough for the gradients to change),
 * and updates before the training, while the compilers have not done their work.
 */
const PACE: Record<BenchCase, { warmUp: number; between: number; unmeasured: number }> = {
  mlp: { warmUp: 40, between: 12, unmeasured: 5 },
  conv: { warmUp: 3, between: 2, unmeasured: 2 },
};

/** Milliseconds of one mask update: of the engine's calls, and of all the rest. */
const PARTS = ['search', 'rewire', 'masks', 'record', 'rules'] as const;
type Parts = Record<(typeof PARTS)[number], number>;

interface Row extends Parts {
  case: BenchCase;
  sparsity: number;
  method: string;
  threads: number;
  stepMs: number;
  /** Of the first update, where the prune rate is highest. */
  updateMs: number;
  /** Of the time that the steps between two updates take: of that first update, of all of a training. */
  firstShare: number;
  /** Of the search, the rules and the rewiring alone; and with what is recorded about an update besides. */
  share: number;
  shareWithRecord: number;
}

/** What a mask update of the whole network costs, plan and rewiring together, beside the steps between two of them. */
export async function benchGrowth(options: {
  json: boolean;
  rounds: number;
  threads: number;
  only?: BenchCase;
}): Promise<void> {
  const { threads, rounds, only } = options;
  const rows: Row[] = [];
  for (const name of only ? [only] : (['mlp', 'conv'] as const))
    for (const sparsity of SPARSITIES)
      for (const method of METHODS) {
        say(`${name}: ${method} at sparsity ${sparsity}`);
        rows.push(await measure(name, sparsity, method, threads, rounds));
      }
  const result = { machine: machine(), updateEvery: UPDATE_EVERY, pruneRate: PRUNE_RATE, rows };
  const file = writeResult('growth', result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    `${result.machine}, ${threads} threads\nMask updates every ${UPDATE_EVERY} steps: the first, at prune rate ${PRUNE_RATE}, ` +
      'in milliseconds; its share of the steps up to it; and the share of all updates in the time of all steps of a training ' +
      '(cosine schedule; RigL stops after three quarters), without and with what is recorded about them\n\n' +
      `${table(
        ['case', 'sparsity', 'method', 'step', 'first', 'its share', 'share', 'with record', ...PARTS],
        rows.map((row) => [
          row.case,
          String(row.sparsity),
          row.method,
          row.stepMs.toFixed(2),
          row.updateMs.toFixed(2),
          `${(row.firstShare * 100).toFixed(1)}%`,
          `${(row.share * 100).toFixed(1)}%`,
          `${(row.shareWithRecord * 100).toFixed(1)}%`,
          ...PARTS.map((part) => row[part].toFixed(2)),
        ]),
      )}\n\nwritten to ${file}\n`,
  );
}

async function measure(
  name: BenchCase,
  sparsity: number,
  method: string,
  threads: number,
  rounds: number,
): Promise<Row> {
  const { warmUp, between, unmeasured } = PACE[name];
  const opening = benchOpening(name, sparsity, threads);
  const engine = await openCpuEngine(opening, { ...(await loadKernels()), spawnThread });
  const { spent, watched } = watch(engine);
  const batch = randomBatch(opening);
  const explored = opening.state.layers.map(({ mask }) => {
    const set = createExploredSet(mask.outputs, mask.inputs);
    set.add(positionsOf(mask));
    return set;
  });
  const configuration = {
    ...defaultsOf(methodOf(method)),
    updateEvery: UPDATE_EVERY,
    pruneRate: PRUNE_RATE,
  };
  const totalSteps = INTERVALS * UPDATE_EVERY;
  const planned = plannedUpdates(configuration, totalSteps);
  const steps: number[] = [];
  let update = 0;

  async function measureUpdate(rate: number): Promise<Parts & { all: number }> {
    for (let step = 0; step < between; step++) steps.push(await milliseconds(engine.trainStep(batch, STEP)));
    for (const part of Object.keys(spent) as (keyof typeof spent)[]) spent[part] = 0;
    update++;
    const moment = { update, step: update, totalSteps, rate, density: null, memory: {} };
    const all = await milliseconds(
      updateMasks(watched, methodOf(method), configuration, explored, moment, probeOf(batch)),
    );
    return { ...spent, rules: all - Object.values(spent).reduce((sum, part) => sum + part, 0), all };
  }

  for (let step = 0; step < warmUp; step++) await engine.trainStep(batch, STEP);
  for (let at = 0; at < unmeasured; at++) await measureUpdate(PRUNE_RATE);
  // By update, over the rounds.
  const measured = planned.map((): (Parts & { all: number })[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, { rate }] of planned.entries()) measured[at].push(await measureUpdate(rate));
  await engine.close();
  const stepMs = median(steps);
  const part = (at: number, of: keyof Parts | 'all') => median(measured[at].map((one) => one[of]));
  const updateMs = part(0, 'all');
  const shareOf = (cost: (one: Parts & { all: number }) => number) =>
    planned.reduce((sum, _, at) => sum + median(measured[at].map(cost)), 0) / (totalSteps * stepMs);
  const parts = Object.fromEntries(PARTS.map((name) => [name, part(0, name)])) as Parts;
  return {
    case: name,
    sparsity,
    method,
    threads,
    stepMs,
    updateMs,
    firstShare: updateMs / (UPDATE_EVERY * stepMs),
    share: shareOf((one) => one.all - one.record),
    shareWithRecord: shareOf((one) => one.all),
    ...parts,
  };
}

async function milliseconds(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

/** The same engine, with the time spent in its calls. */
function watch(engine: Engine): { spent: Omit<Parts, 'rules'>; watched: Engine } {
  const spent = { search: 0, rewire: 0, masks: 0, record: 0 };
  const timed =
    <A extends unknown[], R>(part: keyof typeof spent, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const startedAt = performance.now();
      const result = await call(...args);
      spent[part] += performance.now() - startedAt;
      return result;
    };
  const watched: Engine = {
    ...engine,
    mask: timed('masks', engine.mask),
    activeCount: timed('masks', engine.activeCount),
    activeWeights: timed('masks', engine.activeWeights),
    largestInactiveGradients: timed('search', engine.largestInactiveGradients),
    rewire: timed('rewire', engine.rewire),
    rewireLayers: timed('rewire', engine.rewireLayers!),
    gradients: timed('record', engine.gradients),
    gradientNorm: timed('record', engine.gradientNorm!),
    evaluate: timed('record', engine.evaluate),
  };
  return { spent, watched };
}
