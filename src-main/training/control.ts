import { CONTROL } from '../contract/index.ts';

/** The lab's wishes. */
export interface Control {
  wanted(): 'run' | 'pause' | 'cancel' | 'suspend';
  /** Settles once the wish is no longer to pause; may block the thread until then. */
  waitWhilePaused(): Promise<void>;
}

/** Wishes read from one cell of shared memory. */
export function readControl(cell: SharedArrayBuffer): Control {
  const value = new Int32Array(cell);
  const names = Object.fromEntries(Object.entries(CONTROL).map(([name, code]) => [code, name]));
  return {
    wanted: () => names[Atomics.load(value, 0)] as keyof typeof CONTROL,
    waitWhilePaused: () => {
      while (Atomics.load(value, 0) === CONTROL.pause) Atomics.wait(value, 0, CONTROL.pause);
      return Promise.resolve();
    },
  };
}

/** Wishes that come as messages, where no memory is shared with the lab. `tell` passes one on. */
export function createMessageControl(): Control & { tell(wish: keyof typeof CONTROL): void } {
  let wanted: keyof typeof CONTROL = 'run';
  let wake: () => void = () => undefined;
  return {
    wanted: () => wanted,
    async waitWhilePaused() {
      while (wanted === 'pause') await new Promise<void>((resolve) => (wake = resolve));
    },
    tell(wish) {
      wanted = wish;
      wake();
    },
  };
}
