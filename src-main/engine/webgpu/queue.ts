import { EngineError, LostDeviceError } from '../engine.ts';
import { textOf } from './device.ts';

/** The calls of one engine: work reaches the card in their order, and their promises settle in it. */
export interface CallQueue {
  /** Whether a call now submits its work before it returns. */
  isFree(): boolean;
  /** `work` submits everything before it first waits, so the next call may submit while this one's result is on its way. */
  submit<T>(work: () => Promise<T>): Promise<T>;
  /** Later calls wait until this one has settled. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Once all before have settled; later calls reject. Does nothing the second time. */
  end(work: () => void): Promise<void>;
}

/** @param engine for messages, such as `The WebGPU engine of lenet-5` */
export function createQueue(engine: string, device: GPUDevice): CallQueue {
  let closed = false;
  let fault: string | null = null;
  let lost: string | null = null;
  let submitted: Promise<unknown> = Promise.resolve();
  let settled: Promise<unknown> = Promise.resolve();
  /** Calls that later ones have to wait for. */
  let blocks = 0;
  const unblock = () => void blocks--;
  const note = (event: GPUUncapturedErrorEvent) => (fault ??= event.error.message);
  device.addEventListener('uncapturederror', note);
  void device.lost.then(({ reason, message }) => {
    if (!closed) lost = `its device was lost (${reason}): ${message}`;
  });

  function check(): void {
    if (closed) throw new EngineError(`${engine} is closed`);
    if (lost !== null) throw new LostDeviceError(`${engine} stopped: ${lost}`);
    if (fault !== null) throw new EngineError(`${engine} stopped: ${fault}`);
  }

  function run<T>(work: () => Promise<T>, isExclusive: boolean): Promise<T> {
    const before = settled;
    const begin = () => {
      check();
      // In an object, so that waiting for the start is not waiting for the end.
      return { result: work() };
    };
    const started = blocks === 0 ? atOnce(begin) : submitted.then(begin);
    const finished = started.then(async ({ result }) => {
      const [outcome] = await Promise.allSettled([result, before]);
      if (outcome.status === 'fulfilled') {
        check();
        return outcome.value;
      }
      if (outcome.reason instanceof EngineError) throw outcome.reason;
      // A loss comes by its own promise, which may settle after the call that met it has failed.
      await new Promise((resolve) => setTimeout(resolve));
      check();
      throw new EngineError(`${engine} stopped: ${fault ?? textOf(outcome.reason)}`, { cause: outcome.reason });
    });
    const inOrder = Promise.allSettled([before, finished]).then(() => finished);
    settled = inOrder.catch(() => undefined);
    const isWaiting = blocks > 0;
    if (isExclusive || isWaiting) {
      blocks++;
      submitted = (isExclusive ? inOrder : started).then(unblock, unblock);
    }
    return inOrder;
  }

  return {
    isFree: () => blocks === 0,
    submit: (work) => run(work, false),
    exclusive: (work) => run(() => work(), true),
    async end(work) {
      await settled;
      if (closed) return;
      closed = true;
      device.removeEventListener('uncapturederror', note);
      work();
    },
  };
}

/** What `work` gives or throws, as a promise, with the work done on return. */
function atOnce<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}
