import {
  describeChoice,
  ENGINE_NAMES,
  isResumable,
  type EngineName,
  type TrainerStart,
  type StreamedData,
  type TrainingData,
} from '../contract/index.ts';
import type { DatasetCatalogue } from '../datasets/catalogue.ts';
import { ImportCancelledError } from '../datasets/import/start-import.ts';
import { loadCpuKernels, type CpuKernels } from '../engine/cpu/kernels.node.ts';
import type { Store } from '../store/client.ts';
import type { RunChange, RunPosition, RunRecord } from '../store/records.ts';
import type { EngineChooser } from './engine-chooser.ts';
import type { LabEnvironment } from './environment.ts';
import type { LabEmitter } from './events.ts';
import type { LogFile } from './log-file.ts';
import { createPreparationLog } from './preparation-log.ts';
import { createRunQueue, type RunQueue } from './queue.ts';
import type { Recorder } from './recorder.ts';
import { isOver, type RunBook } from './run-book.ts';
import { createRunEventHandler } from './run-events.ts';
import { superviseTrainer, type TrainerEnd, type TrainerProcess, type TrainerWish } from './trainer-process.ts';
import { startTrainerThread } from './trainer-thread.ts';

const HEARTBEAT_MILLISECONDS = 2000;
/** A device that is lost again and again will not come back by itself. */
const MOST_RESTARTS = 3;
/** How long a suspended trainer may take to write its checkpoint when the lab closes. */
export const SUSPEND_GRACE_MILLISECONDS = 20_000;

/** A run between its start and its end; `process` is null while its data are being read and its engine is chosen. */
interface LiveRun {
  wish: TrainerWish;
  /** Ends what comes before training: getting the data ready, choosing an engine. */
  preparing: AbortController;
  process: TrainerProcess | null;
  ended: Promise<void>;
}

export interface RunController {
  queue: RunQueue;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Those waiting are cancelled at once; resolves when those in training have ended. */
  cancel(ids: readonly string[]): Promise<void>;
  /** Ends a run that cannot go on, with the reason a reader will see. */
  fail(id: string, message: string): void;
  activeCount(): number;
  /** Suspends (or, not gracefully, stops) every run and starts no more. They become interrupted, to be resumed. */
  shutDown(graceful: boolean): Promise<void>;
}

export interface RunControllerParts {
  environment: LabEnvironment;
  store: Store;
  book: RunBook;
  recorder: Recorder;
  events: LabEmitter;
  catalogue: DatasetCatalogue;
  chooser: EngineChooser;
  logFile: LogFile;
  concurrency: number;
  /** The configuration's threads, with 0 resolved. */
  threadsOf(threads: number): number;
  onIdle(): void;
}

/** Starts runs as the queue lets them, passes wishes on to their threads and writes down how they end. */
export function createRunController(parts: RunControllerParts): RunController {
  const { environment, store, book, recorder, events, catalogue, logFile } = parts;
  const live = new Map<string, LiveRun>();
  const failures = new Map<string, string>();
  let kernels: Promise<CpuKernels> | null = null;
  let heartbeat: NodeJS.Timeout | null = null;

  const queue = createRunQueue(parts.concurrency, (id) => {
    const run: LiveRun = { wish: 'run', preparing: new AbortController(), process: null, ended: Promise.resolve() };
    live.set(id, run);
    heartbeat ??= setInterval(beat, HEARTBEAT_MILLISECONDS);
    run.ended = trainToEnd(id, run);
  });

  function beat(): void {
    const positions = [...live.keys()].map((id) => ({ id, ...positionOf(book.get(id)) }));
    store.write.heartbeat(positions, Date.now()).catch((error: unknown) => failAll(positions, error));
  }

  const failAll = (runs: { id: string }[], error: unknown): void => {
    for (const { id } of runs) fail(id, `It could not be recorded: ${messageOf(error)}`);
  };

  async function trainToEnd(id: string, run: LiveRun): Promise<void> {
    let end: TrainerEnd;
    try {
      end = await trainOnWhatIsLeft(id, run);
    } catch (error) {
      if (run.preparing.signal.aborted && error instanceof ImportCancelledError) end = { kind: 'stopped' };
      else end = { kind: 'failed', message: messageOf(error), detail: detailOf(error) };
    }
    await finish(id, end, run.wish).catch((error: unknown) => logFile.write(`${id}: ${detailOf(error)}`));
    live.delete(id);
    failures.delete(id);
    if (live.size === 0 && heartbeat) {
      clearInterval(heartbeat);
      heartbeat = null;
    }
    book.announce([id]);
    queue.vacate(id);
    queue.pump();
    if (queue.isIdle() && live.size === 0) parts.onIdle();
  }

  /** A graphics device that goes away takes nothing but the steps since the last checkpoint. */
  async function trainOnWhatIsLeft(id: string, run: LiveRun): Promise<TrainerEnd> {
    for (let restarts = 0; ; restarts++) {
      const end = await train(id, run);
      if (end.kind !== 'failed' || end.lostDevice !== true || run.wish === 'cancel' || failures.has(id)) return end;
      if (run.wish === 'run' && restarts === MOST_RESTARTS) return end;
      const next = run.wish === 'run' ? 'goes on' : 'can be resumed';
      recorder.log(id, 'warning', `${end.message} The run ${next} from its last checkpoint.`);
      logFile.write(`Run ${id}: ${end.detail}`);
      // Nobody waits for it to train: a paused or suspended run is as good as one that was interrupted.
      if (run.wish !== 'run') return { kind: 'stopped' };
    }
  }

  async function train(id: string, run: LiveRun): Promise<TrainerEnd> {
    const { configuration, startedAt } = book.get(id);
    const now = Date.now();
    await book.change(id, { status: 'running', startedAt: startedAt ?? now, endedAt: null, failure: null });
    book.announce([...queue.waiting()]);
    kernels ??= loadCpuKernels(environment.kernelsFolder);
    kernels.catch(() => (kernels = null));
    const [compiled, data, checkpoint] = await Promise.all([
      kernels,
      loadDataset(id, configuration.dataset, run.preparing.signal),
      store.read.checkpoint(id),
    ]);
    await store.write.rewind(id, checkpoint?.step ?? -1);
    const { plan } = book.get(id);
    await book.change(id, {
      steps: checkpoint?.step ?? 0,
      epochs: checkpoint?.epoch ?? 0,
      updates: checkpoint?.updates ?? 0,
      seconds: checkpoint?.seconds ?? 0,
      rs: checkpoint?.rs ?? plan.activeWeights / plan.prunableWeights,
      best: checkpoint?.best ?? null,
    });
    if (run.wish === 'cancel' || run.wish === 'suspend' || failures.has(id)) return { kind: 'stopped' };

    const start: TrainerStart = {
      runId: id,
      configuration,
      threads: parts.threadsOf(configuration.threads),
      data,
      checkpoint: checkpoint?.bytes ?? null,
    };
    const engine = await engineFor(id, start, run);
    if (engine === null) return { kind: 'stopped' };
    const { training, kernel, batch } = environment.workers;
    const workerData = {
      start,
      engine,
      kernels: compiled,
      kernelWorkerUrl: kernel.href,
      batchWorkerUrl: batch.href,
    };
    run.process = superviseTrainer(
      (listeners) =>
        environment.gpu && engine === 'webgpu'
          ? environment.gpu.startTrainer(start, listeners)
          : startTrainerThread(training, workerData, listeners),
      createRunEventHandler({
        runId: id,
        inputShape: data.shape,
        version: environment.version,
        store,
        book,
        recorder,
        events,
        onPaused() {
          queue.vacate(id);
          queue.pump();
        },
        onResumed: () => queue.occupy(id),
        onFailure: (error) => failAll([{ id }], error),
      }),
    );
    // Wishes may have come while data and checkpoint were read.
    if (run.wish !== 'run') run.process.ask(run.wish);
    return run.process.ended;
  }

  /** As the configuration says, or as `auto` chooses, which is written down; null where the run is stopped meanwhile. */
  async function engineFor(id: string, { configuration, threads, data }: TrainerStart, run: LiveRun) {
    const named = engineOf(book.get(id));
    if (named !== 'auto') return named;
    const { shape, classes } = data;
    const { signal } = run.preparing;
    try {
      const choice = await parts.chooser.choose({ configuration, threads, shape, classes }, signal);
      if (signal.aborted) return null;
      await book.change(id, { engineChoice: choice });
      recorder.log(id, 'info', describeChoice(choice));
      return choice.engine;
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  /** The first use of a dataset prepares it, which changes what is said of it. */
  async function loadDataset(id: string, dataset: string, signal: AbortSignal): Promise<TrainingData | StreamedData> {
    const { state } = await catalogue.describe(dataset);
    const onProgress = createPreparationLog((text) => recorder.log(id, 'info', text));
    const data = await catalogue.open(dataset, { onProgress, signal });
    if (state !== 'ready') events.emit('datasets-changed', await catalogue.list());
    return data;
  }

  async function finish(id: string, end: TrainerEnd, wish: TrainerWish): Promise<void> {
    // What it said last may turn out not to be storable.
    await recorder.flush();
    const failure = failures.get(id);
    const outcome: TrainerEnd = failure ? { kind: 'failed', message: failure, detail: failure } : end;
    if (outcome.kind === 'failed') {
      recorder.log(id, 'error', outcome.message);
      logFile.write(`Run ${id} failed: ${outcome.detail}`);
      await recorder.flush();
    }
    await book.change(id, { ...positionOf(book.get(id)), ...toChange(outcome, wish), endedAt: Date.now() }, null);
  }

  function fail(id: string, message: string): void {
    if (!live.has(id) || failures.has(id)) return;
    failures.set(id, message);
    live.get(id)?.preparing.abort();
    live.get(id)?.process?.stop();
  }

  const ask = (run: LiveRun, wish: TrainerWish): void => {
    run.wish = wish;
    if (wish === 'cancel' || wish === 'suspend') run.preparing.abort();
    run.process?.ask(wish);
  };

  /** Settles once the run has left the state `status`, or is over. */
  const left = (id: string, status: 'running' | 'paused'): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const record = book.get(id);
        if (record.status === status && live.has(id)) return;
        stop();
        resolve();
      };
      const stop = events.on('runs-changed', look);
      look();
    });

  return {
    queue,
    fail,
    activeCount: () => live.size,

    async pause(id) {
      const { status } = book.get(id);
      if (status === 'paused') return;
      const run = live.get(id);
      if (!run || status !== 'running') throw new Error(`Run ${id} is ${status}: only a running run can be paused.`);
      ask(run, 'pause');
      await left(id, 'running');
    },

    async resume(id) {
      const { status } = book.get(id);
      const run = live.get(id);
      if (status === 'running') return;
      if (status === 'paused' && run) {
        ask(run, 'run');
        return left(id, 'paused');
      }
      if (status === 'queued') {
        queue.release(id);
        queue.pump();
        return;
      }
      if (!isResumable(book.get(id))) throw new Error(whyNotResumable(book.get(id)));
      queue.add(id);
      await book.change(id, { status: 'queued', endedAt: null, failure: null });
      queue.pump();
    },

    async cancel(ids) {
      const going = new Set(ids.filter((id) => !isOver(book.get(id))));
      const foreign = [...going].find((id) => queue.position(id) === null && !live.has(id));
      if (foreign !== undefined) throw new Error(`Run ${foreign} is trained by another Espalier: cancel it there.`);
      // Out of the queue first: none of them may start in the place of one that ends now.
      const removed = queue.remove(going);
      for (const id of removed) going.delete(id);
      const written =
        removed.length > 0
          ? book.changeAll(removed, { status: 'cancelled', endedAt: Date.now() }, queue.waiting())
          : Promise.resolve();
      const ended = [...going].map((id) => {
        const run = live.get(id);
        if (run) ask(run, 'cancel');
        return run?.ended;
      });
      await Promise.all([written, ...ended]);
    },

    async shutDown(graceful) {
      queue.setLimit(0);
      const runs = [...live.values()];
      for (const run of runs) {
        // What a person has cancelled stays cancelled, and is not taken up again at the next start.
        if (graceful && run.wish !== 'cancel') ask(run, 'suspend');
        if (!graceful) {
          if (run.wish !== 'cancel') run.wish = 'suspend';
          run.preparing.abort();
          run.process?.stop();
        }
      }
      const timer = setTimeout(() => runs.forEach((run) => run.process?.stop()), SUSPEND_GRACE_MILLISECONDS);
      await Promise.all(runs.map((run) => run.ended));
      clearTimeout(timer);
    },
  };
}

const positionOf = ({ steps, epochs, updates, rs, seconds }: RunRecord): Omit<RunPosition, 'id'> => ({
  steps,
  epochs,
  updates,
  rs,
  seconds,
});

function toChange(end: TrainerEnd, wish: TrainerWish): RunChange {
  switch (end.kind) {
    case 'finished':
    case 'cancelled': {
      return { status: end.kind, ...end.result };
    }
    case 'suspended':
      return { status: 'interrupted' };
    case 'stopped':
      return { status: wish === 'cancel' ? 'cancelled' : 'interrupted' };
    case 'failed':
      return { status: 'failed', failure: end.message };
  }
}

const whyNotResumable = ({ id, status }: RunRecord): string =>
  status === 'failed'
    ? `Run ${id} failed before its first checkpoint: there is nothing to resume. Start a new run.`
    : `Run ${id} is ${status}: only a paused, interrupted or failed run can be resumed.`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const detailOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** A run that goes on does so where it was: another engine would round otherwise. */
const engineOf = ({ configuration, engine }: RunRecord): EngineName | 'auto' =>
  ENGINE_NAMES.find((name) => name === engine) ?? configuration.engine;
