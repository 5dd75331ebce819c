export interface Paced {
  (): void;
  /** Forgets a call that is still due. */
  cancel(): void;
}

/** At most one call per `milliseconds`: at once when idle, otherwise when the interval is over. */
export function paced(work: () => void, milliseconds = 250): Paced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isDue = false;
  const run = () => {
    isDue = false;
    timer = setTimeout(() => {
      timer = null;
      if (isDue) run();
    }, milliseconds);
    work();
  };
  const call = () => {
    isDue = true;
    if (timer === null) run();
  };
  return Object.assign(call, {
    cancel: () => {
      isDue = false;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  });
}

/** Calls once, `milliseconds` after the last request. */
export function debounced(work: () => void, milliseconds: number): Paced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const cancel = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const call = () => {
    cancel();
    timer = setTimeout(work, milliseconds);
  };
  return Object.assign(call, { cancel });
}
