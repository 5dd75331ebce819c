import { baseDefaults, type RunConfiguration } from '../../src-main/contract/index.ts';
import { type CpuEngine, openCpuEngine } from '../../src-main/engine/cpu/cpu-engine.ts';
import type { EngineSnapshot } from '../../src-main/engine/engine.ts';
import { fanIn, prunableLayers } from '../../src-main/networks/specification.ts';
import { multilayerPerceptron } from '../../src-main/networks/zoo/mlp.ts';
import { createExploredSet } from '../../src-main/topology/exploration.ts';
import { positionsOf } from '../../src-main/topology/mask.ts';
import { updateMasks } from '../../src-main/training/mask-updates.ts';
import { probeOf } from '../../src-main/training/update-record.ts';
import { randomBatch } from './networks.ts';
import { loadKernels, machine, median, say, spawnThread, table, writeResult } from './support.ts';
import { drawInitialState } from '../support/by-configuration.ts';
import { methodOf } from '../support/methods.ts';

const HIDDEN = [500_000, 500_000];
const ACTIVE_WEIGHTS = 10e6;
const BATCH = 32;
const STEPS = 5;
const PRUNE_RATE = 0.3;
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };
const GIB = 2 ** 30;

interface Phase {
  phase: string;
  seconds: number;
  /** Resident memory of the whole process afterwards, and the most there ever was. */
  rssGib: number;
  peakRssGib: number;
}

/** A network of a million hidden neurons: drawn, trained, rewired by RigL and by SET, with what each took. */
export async function benchMillion(options: {
  json: boolean;
  threads: number;
  distribution: RunConfiguration['distribution'];
}): Promise<void> {
  const { threads, distribution } = options;
  const network = multilayerPerceptron('mlp-500000-500000', HIDDEN, { shape: [32, 32, 3], classes: 10 });
  const shapes = prunableLayers(network);
  const positions = shapes.reduce((sum, layer) => sum + layer.outputs * fanIn(layer), 0);
  const configuration: RunConfiguration = {
    ...baseDefaults,
    network: network.name,
    method: 'rigl',
    distribution,
    sparsity: 1 - ACTIVE_WEIGHTS / positions,
  };
  const phases: Phase[] = [];
  async function phase<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    const peakRssGib = (process.resourceUsage().maxRSS * 1024) / GIB;
    phases.push({ phase: name, seconds, rssGib: process.memoryUsage.rss() / GIB, peakRssGib });
    say(`${name}: ${seconds.toFixed(2)} s, ${peakRssGib.toFixed(2)} GiB at most`);
    return result;
  }

  let state: EngineSnapshot | null = await phase('draw masks and weights', () =>
    drawInitialState(network, configuration),
  );
  const explored = await phase('explored sets', () =>
    state!.layers.map(({ mask }) => {
      const set = createExploredSet(mask.outputs, mask.inputs);
      set.add(positionsOf(mask));
      return set;
    }),
  );
  const activeWeights = state.layers.map(({ mask }) => mask.columns.length);
  const access = { ...(await loadKernels()), spawnThread };
  const opening = {
    network,
    state,
    largestBatch: BATCH,
    mean: [0.5, 0.5, 0.5],
    deviation: [0.29, 0.29, 0.29],
    labelSmoothing: 0,
    threads,
  };
  const batch = randomBatch(opening);
  const engine = await phase('open the engine', () => openCpuEngine(opening, access));
  // The engine has its own: a run lets go of what it opened with.
  state = null;
  opening.state = { layers: [], norms: [] };

  const stepMilliseconds: number[] = [];
  const train = () => phase(`${STEPS} training steps`, () => trainSteps(engine, batch, stepMilliseconds));
  await train();
  const updates = [];
  for (const [update, method] of (['rigl', 'set'] as const).entries()) {
    const moment = { update: update + 1, step: update + 1, totalSteps: 2, rate: PRUNE_RATE, density: null, memory: {} };
    const report = await phase(`${method} update`, () =>
      updateMasks(engine, methodOf(method), { ...configuration, method }, explored, moment, probeOf(batch)),
    );
    updates.push({ method, grown: report.layers.map(({ grown }) => grown.length) });
    await train();
  }
  const total = activeWeights.reduce((sum, count) => sum + count, 0);
  const memory = engine.memory();
  const result = {
    machine: machine(),
    network: network.name,
    distribution,
    threads,
    batch: BATCH,
    positions,
    activeWeights,
    bytesPerActiveWeight: memory.byPurpose.weights / total,
    engineGib: memory.usedBytes / GIB,
    enginePeakGib: memory.peakBytes / GIB,
    peakRssGib: (process.resourceUsage().maxRSS * 1024) / GIB,
    stepMilliseconds: median(stepMilliseconds),
    phases,
    updates,
  };
  await engine.close();
  const file = writeResult(`million-${distribution}`, result);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(
    `${result.machine}\n3072-500000-500000-10, ${distribution}: ${activeWeights.join(' + ')} active weights of ` +
      `${positions.toExponential(3)}; batch ${BATCH}, ${threads} threads\n\n` +
      `${table(
        ['phase', 'seconds', 'RSS GiB', 'peak GiB'],
        phases.map((row) => [row.phase, row.seconds.toFixed(2), row.rssGib.toFixed(2), row.peakRssGib.toFixed(2)]),
      )}\n\n${result.stepMilliseconds.toFixed(0)} ms a step; ` +
      `${result.bytesPerActiveWeight.toFixed(1)} bytes of weights, indices, momenta and biases an active weight; ` +
      `written to ${file}\n`,
  );
}

async function trainSteps(
  engine: CpuEngine,
  batch: ReturnType<typeof randomBatch>,
  milliseconds: number[],
): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    const startedAt = performance.now();
    await engine.trainStep(batch, STEP);
    milliseconds.push(performance.now() - startedAt);
  }
}
