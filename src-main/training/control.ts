import { CONTROL, type Amount } from '../contract/index.ts';

/** What the lab tells a trainer while it trains. */
export interface Control {
  wanted(): keyof typeof CONTROL;
  /** Of all that the trainer said, what is stored. */
  stored(): Amount;
  /** Settles once the condition holds, which is asked again whenever the lab tells something; may block the thread. */
  until(condition: () => boolean): Promise<void>;
}

/** The lab's end of a `Control`. */
export interface ControlSender {
  want(wish: keyof typeof CONTROL): void;
  /** That much more is stored. */
  addStored(amount: Amount): void;
}

/** Shared memory: what is wanted, how often something was told, and the messages and bytes that are stored. */
const CELL_BYTES = 24;

const cellsIn = (memory: SharedArrayBuffer) => ({
  wish: new Int32Array(memory, 0, 1),
  news: new Int32Array(memory, 4, 1),
  stored: new BigInt64Array(memory, 8, 2),
});

/** A control in shared memory; `readControl` of the same memory is the trainer's end. */
export function createSharedControl(): ControlSender & { memory: SharedArrayBuffer } {
  const memory = new SharedArrayBuffer(CELL_BYTES);
  const { wish, news, stored } = cellsIn(memory);
  const wake = (): void => {
    Atomics.add(news, 0, 1);
    Atomics.notify(news, 0);
  };
  return {
    memory,
    want(wanted) {
      Atomics.store(wish, 0, CONTROL[wanted]);
      wake();
    },
    addStored({ messages, bytes }) {
      Atomics.add(stored, 0, BigInt(messages));
      Atomics.add(stored, 1, BigInt(bytes));
      wake();
    },
  };
}

/** The trainer's end of a control in shared memory. */
export function readControl(memory: SharedArrayBuffer): Control {
  const { wish, news, stored } = cellsIn(memory);
  const names = Object.fromEntries(Object.entries(CONTROL).map(([name, code]) => [code, name]));
  return {
    wanted: () => names[Atomics.load(wish, 0)] as keyof typeof CONTROL,
    stored: () => ({ messages: Number(Atomics.load(stored, 0)), bytes: Number(Atomics.load(stored, 1)) }),
    until(condition) {
      for (;;) {
        // Read before the condition: what is told in between ends the wait at once.
        const heard = Atomics.load(news, 0);
        if (condition()) return Promise.resolve();
        Atomics.wait(news, 0, heard);
      }
    },
  };
}

/** A control that comes as messages, where no memory is shared with the lab; whoever hears them passes them on. */
export function createMessageControl(): Control & ControlSender {
  let wanted: keyof typeof CONTROL = 'run';
  const stored: Amount = { messages: 0, bytes: 0 };
  let wake: () => void = () => undefined;
  return {
    wanted: () => wanted,
    stored: () => stored,
    async until(condition) {
      while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
    },
    want(wish) {
      wanted = wish;
      wake();
    },
    addStored({ messages, bytes }) {
      stored.messages += messages;
      stored.bytes += bytes;
      wake();
    },
  };
}
