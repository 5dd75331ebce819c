import { EngineError } from '../engine.ts';
import {
  CONTROL_GATE,
  CONTROL_READY,
  CONTROL_SEQUENCE,
  CONTROL_STAGE,
  CONTROL_WORDS,
  GATE_CLOSED,
  STAGE_ITEMS,
  STAGE_NEXT,
  STAGE_WORDS,
} from './kernels/layout.ts';
import type { Kernels } from './kernels.ts';
import type { SharedMemory } from './shared-memory.ts';
import { readFailure, reportFailure, type ThreadBoot, waitForChange } from './thread-loop.ts';

export interface KernelThread {
  terminate(): Promise<void>;
}

/** Starts a thread that calls `runKernelThread(boot)`; `onEnd` hears when it ends, for whatever reason. */
export type SpawnThread = (boot: ThreadBoot, onEnd: (reason: string) => void) => KernelThread;

/** The opener's thread and `count - 1` others that work through stages together. */
export interface ThreadTeam {
  readonly count: number;
  /**
   * Carries out a stage, the caller's thread included, or alone where there is only one item. Synchronous unless the
   * others are late: then it lets go of the caller's thread so that the end of another can be heard.
   * @throws EngineError where a thread failed or ended; the team is of no use afterwards
   */
  run(stage: number, firstItem?: number): Promise<void> | void;
  close(): Promise<void>;
}

const PATIENCE_MILLISECONDS = 100;
const START_SECONDS = 30;

/** @throws EngineError where a thread does not start */
export async function startThreads(
  count: number,
  shared: SharedMemory,
  module: WebAssembly.Module,
  kernels: Kernels,
  spawnThread: SpawnThread,
): Promise<ThreadTeam> {
  const control = shared.allocate(CONTROL_WORDS * 4, 'control');
  const words = new Int32Array(shared.memory.buffer, control, CONTROL_WORDS);
  Atomics.store(words, CONTROL_GATE, GATE_CLOSED);
  let closing = false;
  const threads = Array.from({ length: count - 1 }, (_, i) =>
    spawnThread({ module, memory: shared.memory, control, thread: i + 1 }, (reason) => {
      if (!closing) reportFailure(words, `thread ${i + 1} ended: ${reason}`);
    }),
  );

  /** Lets the others in: to take part in a stage, or with 0 to end. */
  function open(stage: number): void {
    Atomics.store(words, CONTROL_STAGE, stage);
    Atomics.store(words, CONTROL_GATE, 0);
    Atomics.add(words, CONTROL_SEQUENCE, 1);
    Atomics.notify(words, CONTROL_SEQUENCE);
  }

  /** Lets nobody in any more; how many are inside still, who then have to be waited for. */
  function shut(): number {
    const inside = Atomics.compareExchange(words, CONTROL_GATE, 0, GATE_CLOSED);
    return Math.max(0, inside);
  }

  async function close(): Promise<void> {
    if (closing) return;
    closing = true;
    open(0);
    await Promise.all(threads.map((thread) => thread.terminate()));
    shared.free(control);
  }

  function check(): void {
    const failure = readFailure(words);
    if (failure !== null) throw new EngineError(`The CPU engine stopped: ${failure}`);
  }

  const deadline = performance.now() + START_SECONDS * 1000;
  try {
    while (Atomics.load(words, CONTROL_READY) < count - 1) {
      await pause(1);
      check();
      if (performance.now() > deadline)
        throw new EngineError(
          `Only ${Atomics.load(words, CONTROL_READY)} of ${count - 1} kernel threads started within ${START_SECONDS} s.`,
        );
    }
  } catch (error) {
    await close();
    throw error;
  }

  async function waitPatiently(): Promise<void> {
    while (shut() > 0) {
      await pause(5);
      check();
    }
    check();
  }

  return {
    count,
    run(stage, firstItem = 0) {
      check();
      Atomics.store(shared.words(stage, STAGE_WORDS), STAGE_NEXT, firstItem);
      if (count > 1 && shared.words(stage, STAGE_WORDS)[STAGE_ITEMS] > 1) open(stage);
      try {
        kernels.execute(stage, 0);
      } catch (error) {
        reportFailure(words, `thread 0: ${error instanceof Error ? error.message : String(error)}`);
      }
      const deadline = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        const inside = shut();
        if (inside === 0) return check();
        const left = deadline - performance.now();
        if (left <= 0) return waitPatiently();
        waitForChange(words, CONTROL_GATE, inside, left);
      }
    },
    close,
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
