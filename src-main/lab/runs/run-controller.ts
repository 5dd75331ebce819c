import { isResumable } from '../../contract/index.ts';
import { ImportCancelledError } from '../../datasets/import/start-import.ts';
import type { RunChange, RunRecord } from '../../store/records.ts';
import { createRunQueue, type RunQueue } from './queue.ts';
import { isOver } from './run-book.ts';
import { createRunTraining, type LiveRun, type RunTrainingParts } from './run-training.ts';
import type { TrainerEnd, TrainerCommand } from './trainer-process.ts';
import type { Unstored } from './unstored.ts';
import { LabError } from '../lab-error.ts';

const HEARTBEAT_MILLISECONDS = 2000;
/** How long a suspended trainer may take to write its checkpoint when the lab closes. */
export const SUSPEND_GRACE_MILLISECONDS = 20_000;

export interface RunController {
  queue: RunQueue;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Those waiting are cancelled at once; resolves when those in training have ended. */
  cancel(ids: readonly string[]): Promise<void>;
  /** Once those of these runs that may start now are shown as running, or cannot be. */
  started(ids: readonly string[]): Promise<void>;
  /** Ends a run that cannot go on, with the reason a reader will see. */
  fail(id: string, message: string): void;
  activeCount(): number;
  /** What runs have said, or come to, that is not stored yet. */
  unstored(): Unstored;
  /** Suspends (or, not gracefully, stops) every run and starts no more. They become interrupted, to be resumed. */
  shutDown(graceful: boolean): Promise<void>;
}

export interface RunControllerParts extends RunTrainingParts {
  concurrency: number;
  onIdle(): void;
}

/** Starts runs as the queue lets them, passes commands on to their threads and writes down how they end. */
export function createRunController(parts: RunControllerParts): RunController {
  const { store, book, recorder, events, logFile } = parts;
  const live = new Map<string, LiveRun>();
  const failures = new Map<string, string>();
  const failureListeners = new Map<string, () => void>();
  const awayListeners = new Set<() => void>();
  /** Where the data folder is away: what to do. */
  let folderProblem: string | null = null;
  let heartbeat: NodeJS.Timeout | null = null;

  const queue = createRunQueue(parts.concurrency, (id) => {
    const run: LiveRun = { command: 'run', preparing: new AbortController(), process: null, ended: Promise.resolve() };
    live.set(id, run);
    heartbeat ??= setInterval(beat, HEARTBEAT_MILLISECONDS);
    run.ended = trainToEnd(id, run);
  });

  const train = createRunTraining(parts, {
    hasFailed: (id) => failures.has(id),
    onStarted: () => book.announce([...queue.waiting()]),
    onPaused(id) {
      queue.vacate(id);
      queue.pump();
    },
    onResumed: (id) => queue.occupy(id),
    onFailure: (id, error) => failAll([{ id }], error),
  });

  function beat(): void {
    const positions = [...live.keys()].map((id) => ({ id, ...positionOf(book.latest(id)) }));
    store.write.heartbeat(positions, Date.now()).catch((error: unknown) => failAll(positions, error));
  }

  store.onFolder((problem) => {
    folderProblem = problem;
    if (problem === null) return;
    for (const listener of [...awayListeners]) listener();
    for (const id of live.keys()) fail(id, problem);
  });

  const failAll = (runs: { id: string }[], error: unknown): void => {
    for (const { id } of runs) fail(id, `It could not be recorded: ${messageOf(error)}`);
  };

  async function trainToEnd(id: string, run: LiveRun): Promise<void> {
    let end: TrainerEnd;
    try {
      end = await train(id, run);
    } catch (error) {
      if (run.preparing.signal.aborted && error instanceof ImportCancelledError) end = { kind: 'stopped' };
      else end = { kind: 'failed', message: messageOf(error), detail: detailOf(error) };
    }
    await finish(id, end, run.command).catch((error: unknown) => logFile.write(`${id}: ${detailOf(error)}`));
    live.delete(id);
    failures.delete(id);
    failureListeners.delete(id);
    if (live.size === 0 && heartbeat) {
      clearInterval(heartbeat);
      heartbeat = null;
    }
    book.announce([id]);
    queue.vacate(id);
    queue.pump();
    if (queue.isIdle() && live.size === 0) parts.onIdle();
  }

  async function finish(id: string, end: TrainerEnd, command: TrainerCommand): Promise<void> {
    // What it said last may turn out not to be storable.
    await Promise.race([recorder.flush(), untilFailed(id)]);
    const failure = failures.get(id);
    if (failure !== undefined) return writeFailure(id, failure, failure);
    if (end.kind === 'failed') return writeFailure(id, end.message, end.detail);
    const change = { ...positionOf(book.latest(id)), ...toChange(end, command), endedAt: Date.now() };
    const stored = book
      .change([id], change, { isOvertaken: () => failures.has(id) })
      .catch((error: unknown) => failAll([{ id }], error));
    await Promise.race([stored, untilFailed(id)]);
    const missed = failures.get(id);
    if (missed !== undefined) await writeFailure(id, missed, missed);
  }

  /** Shown even where it cannot be stored now: a run may fail because nothing can be. */
  async function writeFailure(id: string, failure: string, detail: string): Promise<void> {
    void recorder.log(id, 'error', failure);
    void logFile.write(`Run ${id} failed: ${detail}`);
    void recorder.flush();
    const change: RunChange = { ...positionOf(book.latest(id)), status: 'failed', failure, endedAt: Date.now() };
    const stored = book.change([id], change);
    if (!(await unlessAway(stored))) book.showFailure(id, change);
    await stored;
  }

  /** Whether it came to its end, as against failing, or the data folder being away. Never rejects. */
  const unlessAway = (work: Promise<unknown>): Promise<boolean> =>
    new Promise((resolve) => {
      const settle = (isDone: boolean): void => {
        awayListeners.delete(leave);
        resolve(isDone);
      };
      const leave = (): void => settle(false);
      if (folderProblem !== null) leave();
      else awayListeners.add(leave);
      work.then(() => settle(true), leave);
    });

  const started = async (ids: readonly string[]): Promise<void> => {
    await unlessAway(book.settled(ids));
  };

  const untilFailed = (id: string): Promise<void> =>
    failures.has(id) ? Promise.resolve() : new Promise((resolve) => failureListeners.set(id, resolve));

  function fail(id: string, message: string): void {
    if (!live.has(id) || failures.has(id)) return;
    failures.set(id, message);
    failureListeners.get(id)?.();
    live.get(id)?.preparing.abort();
    live.get(id)?.process?.stop();
  }

  /** Of runs that were taken out of the queue; where that cannot be stored, they wait again, as the last. */
  async function cancelWaiting(ids: string[]): Promise<void> {
    try {
      await book.change(ids, { status: 'cancelled', endedAt: Date.now() }, { others: [...queue.waiting()] });
    } catch (error) {
      for (const id of ids) queue.add(id);
      throw error;
    }
  }

  const ask = (run: LiveRun, command: TrainerCommand): void => {
    run.command = command;
    if (command === 'cancel' || command === 'suspend') run.preparing.abort();
    run.process?.ask(command);
  };

  /** Settles once the run has left the state `status`, or is over. */
  const left = (id: string, status: 'running' | 'paused'): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (book.get(id).status === status && live.has(id)) return;
        stop();
        resolve();
      };
      const stop = events.on('runs-changed', look);
      look();
    });

  return {
    queue,
    fail,
    started,
    activeCount: () => live.size,
    unstored() {
      const total: Unstored = { runs: 0, messages: 0, bytes: 0, because: folderProblem };
      for (const [id, { process }] of live) {
        const { messages, bytes } = process?.unstored() ?? { messages: 0, bytes: 0 };
        if (messages > 0 || isOver(book.latest(id))) total.runs++;
        total.messages += messages;
        total.bytes += bytes;
      }
      return total;
    },

    async pause(id) {
      const { status } = book.latest(id);
      if (status === 'paused') return;
      const run = live.get(id);
      if (!run || status !== 'running') throw new LabError(`Run ${id} is ${status}: only a running run can be paused.`);
      ask(run, 'pause');
      await left(id, 'running');
    },

    async resume(id) {
      const { status } = book.latest(id);
      const run = live.get(id);
      if (status === 'running') return;
      if (status === 'failed' && run) {
        if (folderProblem !== null) throw new LabError(`Run ${id} cannot be resumed yet. ${folderProblem}`);
        await run.ended;
      }
      if (status === 'paused' && run) {
        ask(run, 'run');
        return left(id, 'paused');
      }
      if (status === 'queued') {
        queue.release(id);
        queue.pump();
        return;
      }
      if (!isResumable(book.latest(id))) throw new LabError(whyNotResumable(book.latest(id)));
      queue.add(id);
      try {
        await book.change([id], { status: 'queued', endedAt: null, failure: null });
      } catch (error) {
        queue.remove(new Set([id]));
        throw error;
      }
      queue.pump();
      await started([id]);
    },

    async cancel(ids) {
      const going = new Set(ids.filter((id) => !isOver(book.latest(id))));
      const foreign = [...going].find((id) => queue.position(id) === null && !live.has(id));
      if (foreign !== undefined) throw new LabError(`Run ${foreign} is trained by another Espalier: cancel it there.`);
      // Out of the queue first: none of them may start instead of one that ends now.
      const removed = queue.remove(going);
      for (const id of removed) going.delete(id);
      const written = removed.length > 0 ? cancelWaiting(removed) : Promise.resolve();
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
        if (graceful && run.command !== 'cancel') ask(run, 'suspend');
        if (!graceful) {
          if (run.command !== 'cancel') run.command = 'suspend';
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

const positionOf = ({ steps, epochs, updates, rs, seconds, activeWeights }: RunRecord) => ({
  steps,
  epochs,
  updates,
  rs,
  seconds,
  activeWeights,
});

function toChange(end: TrainerEnd, command: TrainerCommand): RunChange {
  switch (end.kind) {
    case 'finished':
    case 'diverged':
    case 'cancelled': {
      return { status: end.kind, ...end.result, activeWeights: end.result.plan.activeWeights };
    }
    case 'suspended':
      return { status: 'interrupted' };
    case 'stopped':
      return { status: command === 'cancel' ? 'cancelled' : 'interrupted' };
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
