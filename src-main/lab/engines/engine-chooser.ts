import {
  type EngineAvailability,
  type EngineCalibration,
  type EngineChoice,
  type EngineMeasurement,
  type EngineName,
  type MethodSource,
  type RunConfiguration,
  type TrainerStart,
} from '../../contract/index.ts';
import { loadCpuKernels } from '../../engine/cpu/kernels.node.ts';
import { openCalibrations } from './calibrations.ts';
import { describeEngines } from './engines-here.ts';
import type { LabEnvironment } from '../environment.ts';
import { measureIn } from './measuring-thread.ts';
import { startTrainerThread } from '../runs/trainer-thread.ts';
import { LabError } from '../lab-error.ts';

/** In all, shared out over the engines. */
const CALIBRATION_MILLISECONDS = 2000;

/** What an engine is chosen for. */
export interface ChoiceRequest {
  configuration: RunConfiguration;
  /** Where its method is a person's own. */
  methodSource?: MethodSource;
  /** `configuration.threads` with 0 resolved. */
  threads: number;
  shape: [number, number, number];
  classes: number;
}

export interface EngineChooser {
  /** The fastest engine: as it was measured before, else by two seconds of training steps on each. */
  choose(request: ChoiceRequest, signal: AbortSignal): Promise<EngineChoice>;
  /** The same, measured now. */
  measure(request: ChoiceRequest, signal: AbortSignal): Promise<EngineCalibration>;
  /** What is remembered, the latest first. */
  all(): readonly EngineCalibration[];
}

/** Chooses for `engine: auto`. One measurement at a time, so that none disturbs another. */
export function createEngineChooser(environment: LabEnvironment): EngineChooser {
  const calibrations = openCalibrations(environment.dataFolder);
  let engines: Promise<EngineAvailability[]> | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  /** @param afresh whether a card that came or went meanwhile is to be seen */
  async function calibrate(request: ChoiceRequest, afresh: boolean, signal: AbortSignal): Promise<EngineCalibration> {
    signal.throwIfAborted();
    if (afresh) engines = null;
    engines ??= describeEngines(environment);
    engines.catch(() => (engines = null));
    const { candidates, left } = split(await engines);
    signal.throwIfAborted();
    const subject = subjectOf(request);
    const key = [`Espalier ${environment.version}`, ...subject, ...candidates.map(speedOf)].join(' | ');
    const known = afresh ? undefined : calibrations.find(key);
    if (known) return { ...known, choice: { ...known.choice, left, remembered: true } };
    const about = { subject, configuration: request.configuration, measuredAt: Date.now() };
    if (candidates.length === 0) throw new LabError(`No engine can train here: ${inWords(left)}`);
    const [{ id: only }] = candidates;
    if (candidates.length === 1)
      return { ...about, choice: { key, engine: only, measured: [], left, remembered: false } };
    const ids = candidates.map(({ id }) => id);
    const found = await measure(environment, request, ids, signal);
    const measured = found.measured.sort((a, b) => a.millisecondsPerStep - b.millisecondsPerStep);
    const failed = [...found.left, ...left];
    if (measured.length === 0)
      throw new LabError(`No engine can train ${request.configuration.network}: ${inWords(failed)}`);
    const choice: EngineChoice = { key, engine: measured[0].engine, measured, left: failed, remembered: false };
    calibrations.remember({ ...about, choice });
    return { ...about, choice };
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    choose: async (request, signal) => (await inTurn(() => calibrate(request, false, signal))).choice,
    measure: (request, signal) => inTurn(() => calibrate(request, true, signal)),
    all: () => calibrations.all(),
  };
}

/** Engines that `auto` may take, and why not the others. */
function split(engines: readonly EngineAvailability[]): {
  candidates: EngineAvailability[];
  left: EngineMeasurement['left'];
} {
  const left: EngineMeasurement['left'] = [];
  const candidates = engines.filter(({ id, available, isSoftware, detail, facts }) => {
    const adapter = facts.find(([label]) => label === 'Adapter')?.[1] ?? id;
    const reason = !available
      ? detail
      : isSoftware
        ? `${adapter} is software, taken only where ${id} is named`
        : undefined;
    if (reason !== undefined) left.push({ engine: id, reason });
    return reason === undefined;
  });
  // One thread holds one of TensorFlow's two builds.
  const hasCuda = candidates.some(({ id }) => id === 'tfjs-cuda');
  return { candidates: candidates.filter(({ id }) => !(hasCuda && id === 'tfjs-node')), left };
}

/** WebGPU where it lives, the others in a thread of their own. */
async function measure(
  environment: LabEnvironment,
  { configuration, methodSource, threads, shape, classes }: ChoiceRequest,
  engines: EngineName[],
  signal: AbortSignal,
): Promise<EngineMeasurement> {
  const { gpu, kernelsFolder, workers } = environment;
  const startFor = (some: EngineName[]): TrainerStart => ({
    runId: 'measurement',
    configuration,
    ...(methodSource && { methodSource }),
    threads,
    data: emptyData(shape, classes),
    checkpoint: null,
    measure: { engines: some, milliseconds: (CALIBRATION_MILLISECONDS * some.length) / engines.length },
  });
  const inWindow = engines.filter((engine) => gpu && engine === 'webgpu');
  const inThread = engines.filter((engine) => !inWindow.includes(engine));
  const found: EngineMeasurement[] = [];
  if (gpu && inWindow.length > 0)
    found.push(await measureIn((listeners) => gpu.startTrainer(startFor(inWindow), listeners), inWindow, signal));
  if (inThread.length > 0) {
    const data = {
      start: startFor(inThread),
      engine: inThread[0],
      kernels: await loadCpuKernels(kernelsFolder),
      kernelWorkerUrl: workers.kernel.href,
      batchWorkerUrl: workers.batch.href,
    };
    found.push(await measureIn((listeners) => startTrainerThread(workers.training, data, listeners), inThread, signal));
  }
  return { measured: found.flatMap(({ measured }) => measured), left: found.flatMap(({ left }) => left) };
}

function emptyData(shape: [number, number, number], classes: number): TrainerStart['data'] {
  const none = () => ({
    count: 0,
    pixels: new Uint8Array(new SharedArrayBuffer(0)),
    labels: new Uint8Array(new SharedArrayBuffer(0)),
  });
  return { shape, classes, mean: [], deviation: [], train: none(), test: none() };
}

/** What a run's speed depends on besides its machine. */
function subjectOf({ configuration, threads, shape, classes }: ChoiceRequest): string[] {
  const { network, sparsity, distribution, batchSize } = configuration;
  return [
    network,
    shape.join('x'),
    `${classes} classes`,
    ...(sparsity === 0 ? ['dense'] : [`sparsity ${sparsity}`, distribution]),
    `batch ${batchSize}`,
    `${threads} threads`,
  ];
}

/** Two engines that differ in one of these may differ in speed. */
const speedOf = ({ id, facts }: EngineAvailability): string =>
  `${id}: ${facts.map(([label, value]) => `${label} ${value}`).join(', ')}`;

const inWords = (left: EngineMeasurement['left']): string =>
  left.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');
