import type { TrainingData } from '../contract/index.ts';

/** Loaded datasets kept ready for the next run, together at most this large; the latest one always stays. */
const KEPT_BYTES = 512 * 2 ** 20;

export interface LoadedData {
  /** The dataset where it is still in memory, else what `read` gives; callers at the same time share one reading. */
  get(id: string, read: () => Promise<TrainingData>): Promise<TrainingData>;
  forget(id: string): void;
}

/**
 * Keeps the most recently used datasets, and beyond that those which someone else still holds, so that runs on one
 * dataset share one copy.
 */
export function createLoadedData(keptBytes = KEPT_BYTES): LoadedData {
  const inUse = new Map<string, WeakRef<TrainingData>>();
  const kept = new Map<string, TrainingData>();
  const reading = new Map<string, Promise<TrainingData>>();

  const keep = (id: string, data: TrainingData) => {
    kept.delete(id);
    kept.set(id, data);
    inUse.set(id, new WeakRef(data));
    let total = [...kept.values()].reduce((sum, each) => sum + bytesOf(each), 0);
    for (const [oldest, each] of kept) {
      if (total <= keptBytes || kept.size === 1) break;
      kept.delete(oldest);
      total -= bytesOf(each);
    }
  };

  return {
    async get(id, read) {
      const present = inUse.get(id)?.deref();
      if (present) {
        keep(id, present);
        return present;
      }
      const underWay = reading.get(id);
      if (underWay) return underWay;
      const promise = read()
        .then((data) => {
          if (reading.get(id) === promise) keep(id, data);
          return data;
        })
        .finally(() => {
          if (reading.get(id) === promise) reading.delete(id);
        });
      reading.set(id, promise);
      return promise;
    },
    forget(id) {
      kept.delete(id);
      inUse.delete(id);
      reading.delete(id);
    },
  };
}

const bytesOf = ({ train, test }: TrainingData) => train.pixels.byteLength + test.pixels.byteLength;
