/** Seconds spent training: those of earlier sessions count, pauses do not. */
export interface Clock {
  seconds(): number;
  pause(): void;
  resume(): void;
}

export function createClock(secondsBefore: number): Clock {
  let total = secondsBefore * 1000;
  let runningSince: number | null = performance.now();
  return {
    seconds: () => (total + (runningSince === null ? 0 : performance.now() - runningSince)) / 1000,
    pause() {
      if (runningSince !== null) total += performance.now() - runningSince;
      runningSince = null;
    },
    resume() {
      runningSince ??= performance.now();
    },
  };
}
