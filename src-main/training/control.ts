import { CONTROL } from '../contract/index.ts';

/** The lab's wishes, read from the one shared cell. */
export interface Control {
  wanted(): 'run' | 'pause' | 'cancel' | 'suspend';
  /** Blocks this thread until the wish is no longer to pause. */
  waitWhilePaused(): void;
}

export function readControl(cell: SharedArrayBuffer): Control {
  const value = new Int32Array(cell);
  const names = Object.fromEntries(Object.entries(CONTROL).map(([name, code]) => [code, name]));
  return {
    wanted: () => names[Atomics.load(value, 0)] as keyof typeof CONTROL,
    waitWhilePaused: () => {
      while (Atomics.load(value, 0) === CONTROL.pause) Atomics.wait(value, 0, CONTROL.pause);
    },
  };
}
