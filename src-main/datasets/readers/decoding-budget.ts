/** Memory that images of one thread may take while they are decoded. A larger image is decoded when no other is. */
export const DECODING_BYTES = 2 ** 30;

export interface MemoryBudget {
  /** Runs a task once so many bytes are free, tasks in the order of their calls. */
  within<T>(bytes: number, task: () => Promise<T>): Promise<T>;
}

/** @param most bytes that running tasks take together, unless one alone takes more */
export function createMemoryBudget(most: number): MemoryBudget {
  const waiting: { bytes: number; start: () => void }[] = [];
  let taken = 0;
  let running = 0;

  const startThoseThatFit = () => {
    for (
      let next = waiting[0];
      waiting.length > 0 && (running === 0 || taken + next.bytes <= most);
      next = waiting[0]
    ) {
      waiting.shift();
      taken += next.bytes;
      running++;
      next.start();
    }
  };
  return {
    async within(bytes, task) {
      await new Promise<void>((start) => {
        waiting.push({ bytes, start });
        startThoseThatFit();
      });
      try {
        return await task();
      } finally {
        taken -= bytes;
        running--;
        startThoseThatFit();
      }
    },
  };
}
