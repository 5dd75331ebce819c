import {
  CONTROL_FAILED,
  CONTROL_FAILURE_BYTES,
  CONTROL_FAILURE_TEXT,
  CONTROL_GATE,
  CONTROL_READY,
  CONTROL_SEQUENCE,
  CONTROL_STAGE,
  CONTROL_WORDS,
  GATE_CLOSED,
} from './kernels/layout.ts';
import { instantiateKernels } from './kernels.ts';

/** What a kernel thread is started with; survives a structured clone. */
export interface ThreadBoot {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Address of the control block. */
  control: number;
  /** 1 and up; 0 is the thread that opened the engine. */
  thread: number;
}

/** Turns to look before sleeping: about the time between two stages of a step. */
const SPINS = 20_000;

/**
 * Takes part in the stages it comes in time for, until it is to end: one that slept is not waited for, and the work of a
 * short stage is done by then. Blocks its thread: a kernel thread does nothing else.
 */
export function runKernelThread({ module, memory, control, thread }: ThreadBoot): void {
  const words = new Int32Array(memory.buffer, control, CONTROL_WORDS);
  let sequence = Atomics.load(words, CONTROL_SEQUENCE);
  const kernels = instantiateKernels(module, memory);
  Atomics.add(words, CONTROL_READY, 1);
  Atomics.notify(words, CONTROL_READY);
  for (;;) {
    waitForChange(words, CONTROL_SEQUENCE, sequence);
    // Read first: a stage that begins after this one has closed is a change again.
    sequence = Atomics.load(words, CONTROL_SEQUENCE);
    if (!enter(words)) continue;
    // Inside, the stage at hand cannot end, and so it is the latest.
    sequence = Atomics.load(words, CONTROL_SEQUENCE);
    const stage = Atomics.load(words, CONTROL_STAGE) >>> 0;
    if (stage === 0) return;
    try {
      kernels.execute(stage, thread);
    } catch (error) {
      reportFailure(words, `thread ${thread}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (Atomics.sub(words, CONTROL_GATE, 1) === 1) Atomics.notify(words, CONTROL_GATE);
  }
}

/** False where the stage is over. */
function enter(words: Int32Array): boolean {
  for (;;) {
    const inside = Atomics.load(words, CONTROL_GATE);
    if (inside === GATE_CLOSED) return false;
    if (Atomics.compareExchange(words, CONTROL_GATE, inside, inside + 1) === inside) return true;
  }
}

/** Looks a while, then sleeps until `index` no longer holds `value`, or for `timeoutMilliseconds`. */
export function waitForChange(words: Int32Array, index: number, value: number, timeoutMilliseconds = Infinity): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(words, index) !== value) return;
  Atomics.wait(words, index, value, timeoutMilliseconds);
}

/** Leaves the first failure's text where the opener finds it. */
export function reportFailure(words: Int32Array, text: string): void {
  if (Atomics.compareExchange(words, CONTROL_FAILED, 0, 1) !== 0) return;
  // Latin letters only: one byte each is enough for the text of a trap.
  const room = (CONTROL_WORDS - CONTROL_FAILURE_TEXT) * 4;
  const bytes = new Uint8Array(words.buffer, words.byteOffset + CONTROL_FAILURE_TEXT * 4, room);
  const length = Math.min(text.length, room);
  for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i) & 0xff;
  Atomics.store(words, CONTROL_FAILURE_BYTES, length);
}

/** Null where no thread has failed. */
export function readFailure(words: Int32Array): string | null {
  if (Atomics.load(words, CONTROL_FAILED) === 0) return null;
  const length = Atomics.load(words, CONTROL_FAILURE_BYTES);
  const bytes = new Uint8Array(words.buffer, words.byteOffset + CONTROL_FAILURE_TEXT * 4, length);
  return String.fromCharCode(...bytes);
}
