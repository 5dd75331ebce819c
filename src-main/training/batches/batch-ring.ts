import type { Batch } from '../../engine/engine.ts';
import type { BatchTarget } from './batch-maker.ts';

/** One in use, one ready, one being made. */
const SLOTS = 3;

/** Words at the start of the shared memory; the number of samples in each slot follows them. */
const PRODUCED = 0;
const TAKEN = 1;
const STATE = 2;
const FAILURE_BYTES = 3;
const COUNTS = 4;
const FAILURE_AT = (COUNTS + SLOTS) * 4;
const FAILURE_ROOM = 4096;
const SLOTS_AT = Math.ceil((FAILURE_AT + FAILURE_ROOM) / 64) * 64;

const OPEN = 0;
const CLOSED = 1;
const FAILED = 2;

/** Shared memory through which one thread hands batches to another, in order. Survives a structured clone. */
export interface BatchRing {
  memory: SharedArrayBuffer;
  batchSize: number;
  /** Bytes of an image. */
  bytes: number;
  labelBytes: 1 | 2;
}

export function createBatchRing(batchSize: number, bytes: number, labelBytes: 1 | 2): BatchRing {
  const slots = SLOTS * slotBytes({ batchSize, bytes, labelBytes });
  return { memory: new SharedArrayBuffer(SLOTS_AT + slots), batchSize, bytes, labelBytes };
}

const slotBytes = ({ batchSize, bytes, labelBytes }: Omit<BatchRing, 'memory'>) =>
  Math.ceil((batchSize * (bytes + labelBytes)) / 64) * 64;
const wordsOf = ({ memory }: BatchRing) => new Int32Array(memory, 0, COUNTS + SLOTS);

function slotOf(ring: BatchRing, turn: number): BatchTarget {
  const { memory, batchSize, bytes, labelBytes } = ring;
  const at = SLOTS_AT + (turn % SLOTS) * slotBytes(ring);
  return {
    // Labels first, where two bytes each lie on even addresses.
    labels: labelBytes === 2 ? new Uint16Array(memory, at, batchSize) : new Uint8Array(memory, at, batchSize),
    pixels: new Uint8Array(memory, at + batchSize * labelBytes, batchSize * bytes),
  };
}

/** The side that makes batches. */
export interface RingProducer {
  /** Blocks until there is room. @returns where to make the next batch; null once the other side has closed */
  room(): BatchTarget | null;
  /** Hands over the batch that was made there. */
  hand(count: number): void;
  fail(message: string): void;
}

export function ringProducer(ring: BatchRing): RingProducer {
  const words = wordsOf(ring);
  return {
    room() {
      for (;;) {
        if (Atomics.load(words, STATE) !== OPEN) return null;
        const taken = Atomics.load(words, TAKEN);
        const produced = Atomics.load(words, PRODUCED);
        if (produced - taken < SLOTS) return slotOf(ring, produced);
        Atomics.wait(words, TAKEN, taken);
      }
    },
    hand(count) {
      const turn = Atomics.load(words, PRODUCED);
      words[COUNTS + (turn % SLOTS)] = count;
      Atomics.store(words, PRODUCED, turn + 1);
      Atomics.notify(words, PRODUCED);
    },
    fail: (message) => failRing(ring, message),
  };
}

/** Leaves the first failure's text for whoever takes batches. */
export function failRing(ring: BatchRing, message: string): void {
  const words = wordsOf(ring);
  const text = new Uint8Array(ring.memory, FAILURE_AT, FAILURE_ROOM);
  if (Atomics.load(words, STATE) !== OPEN) return;
  const bytes = new TextEncoder().encode(message).subarray(0, FAILURE_ROOM);
  text.set(bytes);
  words[FAILURE_BYTES] = bytes.length;
  Atomics.compareExchange(words, STATE, OPEN, FAILED);
  Atomics.notify(words, PRODUCED);
}

/** The side that uses batches. */
export interface RingConsumer {
  /** Gives back the batch taken last, and takes the next one; null while it is not ready. */
  take(): Batch | null;
  /** Blocks until something has changed, at most this long. */
  wait(milliseconds: number): void;
  /** Why no more batches come; null while they do. */
  failure(): string | null;
  close(): void;
}

export function ringConsumer(ring: BatchRing): RingConsumer {
  const words = wordsOf(ring);
  const { bytes } = ring;
  let next = 0;
  let isHolding = false;

  function giveBack(): void {
    if (!isHolding) return;
    isHolding = false;
    Atomics.store(words, TAKEN, next);
    Atomics.notify(words, TAKEN);
  }

  return {
    take() {
      giveBack();
      if (Atomics.load(words, PRODUCED) <= next) return null;
      const { pixels, labels } = slotOf(ring, next);
      const count = words[COUNTS + (next % SLOTS)];
      next++;
      isHolding = true;
      return { count, pixels: pixels.subarray(0, count * bytes), labels: labels.subarray(0, count) };
    },
    wait(milliseconds) {
      const produced = Atomics.load(words, PRODUCED);
      if (produced <= next && Atomics.load(words, STATE) === OPEN)
        Atomics.wait(words, PRODUCED, produced, milliseconds);
    },
    failure() {
      if (Atomics.load(words, STATE) !== FAILED) return null;
      return new TextDecoder().decode(new Uint8Array(ring.memory, FAILURE_AT, words[FAILURE_BYTES]).slice());
    },
    close() {
      Atomics.compareExchange(words, STATE, OPEN, CLOSED);
      // The producer waits for TAKEN to change, so that no wake-up is lost between its look and its sleep.
      Atomics.add(words, TAKEN, 1);
      Atomics.notify(words, TAKEN);
    },
  };
}
