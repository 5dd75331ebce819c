/** Which runs wait, in which order, and how many may train at once. Knows runs by their ids only. */
export interface RunQueue {
  /** `held` runs wait until they are released. */
  add(id: string, options?: { held: boolean }): void;
  /** Lets a held run start when its turn comes; true where it was held. */
  release(id: string): boolean;
  /** Takes runs out, and returns those that were waiting. */
  remove(ids: ReadonlySet<string>): string[];
  /** A paused run frees its slot; a resumed one takes one even where none is free. */
  occupy(id: string): void;
  vacate(id: string): void;
  /** 0 starts nothing more. */
  setLimit(limit: number): void;
  /** Starts what may start. */
  pump(): void;
  /** 1 is next; null where the run does not wait. */
  position(id: string): number | null;
  /** In the order in which they will start. */
  waiting(): readonly string[];
  /** Nothing trains, and nothing would start. */
  isIdle(): boolean;
}

/**
 * Runs in the order of their arrival.
 * @param limit runs that train at once
 * @param start called for each when its turn comes
 */
export function createRunQueue(limit: number, start: (id: string) => void): RunQueue {
  let largest = limit;
  let waiting: string[] = [];
  /** Positions of the waiting, worked out in one pass when first asked for after a change. */
  let positions: Map<string, number> | null = null;
  const held = new Set<string>();
  const active = new Set<string>();

  return {
    add(id, options) {
      waiting.push(id);
      positions = null;
      if (options?.held) held.add(id);
    },
    release: (id) => held.delete(id),
    remove(ids) {
      const removed = waiting.filter((id) => ids.has(id));
      waiting = waiting.filter((id) => !ids.has(id));
      positions = null;
      for (const id of removed) held.delete(id);
      return removed;
    },
    occupy: (id) => void active.add(id),
    vacate: (id) => void active.delete(id),
    setLimit(next) {
      largest = next;
    },
    pump() {
      while (active.size < largest) {
        const next = waiting.find((id) => !held.has(id));
        if (next === undefined) return;
        waiting.splice(waiting.indexOf(next), 1);
        positions = null;
        active.add(next);
        start(next);
      }
    },
    position(id) {
      positions ??= new Map(waiting.map((one, index) => [one, index + 1]));
      return positions.get(id) ?? null;
    },
    waiting: () => waiting,
    isIdle: () => active.size === 0 && waiting.every((id) => held.has(id)),
  };
}
