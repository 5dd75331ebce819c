import {
  describeChoice,
  ENGINE_NAMES,
  warningsUpTo,
  type EngineName,
  type MethodSource,
  type RuleAtWork,
  type StreamedData,
  type TrainerStart,
  type TrainingData,
} from '../../contract/index.ts';
import type { DatasetCatalogue } from '../../datasets/catalogue.ts';
import { loadCpuKernels, type CpuKernels } from '../../engine/cpu/kernels.node.ts';
import type { Store } from '../../store/client.ts';
import type { RunRecord } from '../../store/records.ts';
import type { EngineChooser } from '../engines/engine-chooser.ts';
import type { LabEnvironment } from '../environment.ts';
import type { LabEmitter } from '../events.ts';
import type { LabMethods } from '../methods/lab-methods.ts';
import type { LogFile } from '../log-file.ts';
import { requireAllowed } from '../methods/run-method.ts';
import { initialRs } from './initial-rs.ts';
import { createPreparationLog } from './preparation-log.ts';
import type { Recorder } from './recorder.ts';
import type { RunBook } from './run-book.ts';
import { createRunEventHandler } from './run-events.ts';
import { superviseTrainer, type TrainerEnd, type TrainerProcess, type TrainerCommand } from './trainer-process.ts';
import { MOST_RULE_SECONDS } from './rule-limit.ts';
import { startTrainerThread } from './trainer-thread.ts';
import { warnRun } from './warn-run.ts';

/** A device that is lost again and again will not come back by itself. */
const MOST_RESTARTS = 3;

/** A run between its start and its end; `process` is null while its data are being read and its engine is chosen. */
export interface LiveRun {
  command: TrainerCommand;
  /** Ends what comes before training: getting the data ready, choosing an engine. */
  preparing: AbortController;
  process: TrainerProcess | null;
  ended: Promise<void>;
}

export interface RunTrainingParts {
  environment: LabEnvironment;
  store: Store;
  book: RunBook;
  recorder: Recorder;
  events: LabEmitter;
  catalogue: DatasetCatalogue;
  chooser: EngineChooser;
  methods: LabMethods;
  logFile: LogFile;
  /** The configuration's threads, with 0 resolved. */
  threadsOf(threads: number): number;
}

/** What whoever started a run hears of it before its end. */
export interface RunTrainingListeners {
  /** Whether the run is to end for a reason of its own. */
  hasFailed(id: string): boolean;
  onStarted(): void;
  onPaused(id: string): void;
  onResumed(id: string): void;
  /** What a run said cannot be stored. */
  onFailure(id: string, error: unknown): void;
}

/**
 * Trains a run from its last checkpoint to whatever ends it: reads data and checkpoint, takes back what was recorded
 * after that, chooses the engine, and starts again after a lost device.
 */
export function createRunTraining(
  parts: RunTrainingParts,
  listeners: RunTrainingListeners,
): (id: string, run: LiveRun) => Promise<TrainerEnd> {
  const { environment, store, book, recorder, events, catalogue, logFile } = parts;
  let kernels: Promise<CpuKernels> | null = null;

  /** A graphics device that goes away takes nothing but the steps since the last checkpoint. */
  async function trainOnWhatIsLeft(id: string, run: LiveRun): Promise<TrainerEnd> {
    for (let restarts = 0; ; restarts++) {
      const end = await train(id, run);
      if (end.kind !== 'failed' || end.lostDevice !== true || run.command === 'cancel' || listeners.hasFailed(id))
        return end;
      if (run.command === 'run' && restarts === MOST_RESTARTS) return end;
      const next = run.command === 'run' ? 'goes on' : 'can be resumed';
      const text = `${asSentence(end.message)} The run ${next} from its last checkpoint.`;
      await warnRun(parts, id, { code: 'lost-device', text });
      void logFile.write(`Run ${id}: ${end.detail}`);
      // Nobody waits for it to train: a paused or suspended run is as good as one that was interrupted.
      if (run.command !== 'run') return { kind: 'stopped' };
    }
  }

  async function train(id: string, run: LiveRun): Promise<TrainerEnd> {
    const { configuration, ownMethod, startedAt } = book.get(id);
    // Whatever led here: no thread loads what was not allowed.
    if (ownMethod) requireAllowed(book.get(id), ownMethod.source, parts.methods);
    const now = Date.now();
    await book.change([id], { status: 'running', startedAt: startedAt ?? now, endedAt: null, failure: null });
    listeners.onStarted();
    kernels ??= loadCpuKernels(environment.kernelsFolder);
    kernels.catch(() => (kernels = null));
    const [compiled, data, checkpoint] = await Promise.all([
      kernels,
      loadDataset(id, configuration.dataset, run.preparing.signal),
      store.read.checkpoint(id),
    ]);
    if (checkpoint?.unreadable) {
      void recorder.log(id, 'warning', `${checkpoint.unreadable} It goes on from the one before.`);
    }
    // What a trainer before this one said last is not to come after it.
    await recorder.flush();
    while (await store.write.rewind(id, checkpoint?.step ?? -1));
    const { plan, warnings } = book.latest(id);
    await book.change([id], {
      steps: checkpoint?.step ?? 0,
      epochs: checkpoint?.epoch ?? 0,
      updates: checkpoint?.updates ?? 0,
      seconds: checkpoint?.seconds ?? 0,
      rs: checkpoint?.rs ?? initialRs(parts.methods.all().get(configuration.method), configuration, plan),
      best: checkpoint?.best ?? null,
      warnings: warningsUpTo(warnings, checkpoint?.step ?? -1),
    });
    if (run.command === 'cancel' || run.command === 'suspend' || listeners.hasFailed(id)) return { kind: 'stopped' };

    const start: TrainerStart = {
      runId: id,
      configuration,
      ...(ownMethod && { methodSource: ownMethod.source }),
      threads: parts.threadsOf(configuration.threads),
      data,
      checkpoint: checkpoint?.bytes ?? null,
    };
    const engine = await engineFor(id, start, run);
    if (engine === null) return { kind: 'stopped' };
    run.process = startTrainer(start, engine, compiled);
    // Commands may have come while data and checkpoint were read.
    if (run.command !== 'run') run.process.ask(run.command);
    return run.process.ended;
  }

  function startTrainer(start: TrainerStart, engine: EngineName, compiled: CpuKernels): TrainerProcess {
    const { runId: id, data } = start;
    const { training, kernel, batch } = environment.workers;
    const workerData = {
      start,
      engine,
      kernels: compiled,
      kernelWorkerUrl: kernel.href,
      batchWorkerUrl: batch.href,
    };
    return superviseTrainer(
      (trainerListeners) =>
        environment.gpu && engine === 'webgpu'
          ? environment.gpu.startTrainer(start, trainerListeners)
          : startTrainerThread(training, workerData, trainerListeners),
      createRunEventHandler({
        runId: id,
        inputShape: data.shape,
        version: environment.version,
        store,
        book,
        recorder,
        events,
        onPaused: () => listeners.onPaused(id),
        onResumed: () => listeners.onResumed(id),
        onFailure: (error) => listeners.onFailure(id, error),
      }),
      (rule) => tooSlow(book.get(id), rule, start.methodSource),
    );
  }

  /** As the configuration says, or as `auto` chooses, which is written down; null where the run is stopped meanwhile. */
  async function engineFor(
    id: string,
    { configuration, methodSource, threads, data }: TrainerStart,
    run: LiveRun,
  ): Promise<EngineName | null> {
    const named = engineOf(book.get(id));
    if (named !== 'auto') return named;
    const { shape, classes } = data;
    const { signal } = run.preparing;
    try {
      const choice = await parts.chooser.choose({ configuration, methodSource, threads, shape, classes }, signal);
      if (signal.aborted) return null;
      await book.change([id], { engineChoice: choice });
      void recorder.log(id, 'info', describeChoice(choice));
      return choice.engine;
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  /** The first use of a dataset prepares it, which changes what is said of it. */
  async function loadDataset(id: string, dataset: string, signal: AbortSignal): Promise<TrainingData | StreamedData> {
    const { state } = await catalogue.describe(dataset);
    const onProgress = createPreparationLog((text) => void recorder.log(id, 'info', text));
    const data = await catalogue.open(dataset, { onProgress, signal });
    if (state !== 'ready') events.emit('datasets-changed', await catalogue.list());
    return data;
  }

  return trainOnWhatIsLeft;
}

/** Why a run of a person's own method ends whose rules do not come to an end. */
function tooSlow(
  { configuration, plan }: RunRecord,
  { rule, layer, update }: RuleAtWork,
  source: MethodSource | undefined,
): string {
  const where = layer === null ? '' : ` of layer ${plan.layers[layer].name}`;
  return (
    `The method ${configuration.method} (${source?.file ?? 'built in'}) took more than ${MOST_RULE_SECONDS} seconds for ` +
    `update ${update}; its ${rule} rule${where} had not ended.`
  );
}

/** Reasons that drivers give may end without a full stop. */
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A run that goes on does so where it was: another engine would round otherwise. */
const engineOf = ({ configuration, engine }: RunRecord): EngineName | 'auto' =>
  ENGINE_NAMES.find((name) => name === engine) ?? configuration.engine;
