import type { ImportProgress } from '../contract/index.ts';
import type { DatasetCatalogue } from '../datasets/catalogue.ts';
import type { DatasetVerification } from '../datasets/verify-copies.ts';
import { createProgressMeter } from '../datasets/import/progress-meter.ts';
import type { Store } from '../store/client.ts';
import { WATCHED, type Findings, type RunVerification } from '../store/verification/findings.ts';

export interface VerificationReport {
  /** The database's file, and what belongs to no run. */
  folder: Findings;
  runs: (RunVerification & { name: string })[];
  datasets: DatasetVerification[];
}

export type VerificationProgress = Omit<ImportProgress, 'unit'>;

export interface VerificationWatching {
  onProgress?(progress: VerificationProgress): void;
  /** Ends it; the promise then rejects. */
  signal?: AbortSignal;
}

const LOOK_EVERY_MILLISECONDS = 100;
/** What a run takes beside its points, and the file for each MiB, about as long as so many points. */
const POINTS_PER_RUN = 10_000;
const POINTS_PER_MEBIBYTE = 20_000;

/** Compares what is stored with its checksums; changes nothing. */
export function createVerification(store: Store, catalogue: DatasetCatalogue) {
  const verifyRun = async (runId: string, { onProgress, signal }: RunWatching = {}): Promise<RunVerification> => {
    const watched = new Int32Array(new SharedArrayBuffer(8));
    const cancel = (): void => void Atomics.store(watched, WATCHED.cancel, 1);
    const timer =
      onProgress && setInterval(() => onProgress(Atomics.load(watched, WATCHED.done)), LOOK_EVERY_MILLISECONDS);
    signal?.addEventListener('abort', cancel);
    try {
      signal?.throwIfAborted();
      const found = await store.read.verifyRun(runId, watched);
      // A checkpoint's file may go while another Espalier trains; what then names it is newer.
      if (!found.damage.some(({ part }) => part === 'checkpoints')) return found;
      return await store.read.verifyRun(runId, watched);
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', cancel);
    }
  };

  return {
    verifyRun,

    /** @param datasets whether the copies of datasets are read too */
    async verify(
      runs: readonly { id: string; name: string }[],
      { datasets }: { datasets: boolean },
      { onProgress = () => {}, signal }: VerificationWatching = {},
    ): Promise<VerificationReport> {
      const meter = createProgressMeter(({ text, done, total, secondsLeft }) =>
        onProgress({ text, done, total, secondsLeft }),
      );
      const { bytes } = await store.read.information();
      const fileWork = Math.ceil(bytes / 2 ** 20) * POINTS_PER_MEBIBYTE;
      const counts = await Promise.all(runs.map(({ id }) => pointsOf(store, id)));
      const total = counts.reduce((sum, count) => sum + count + POINTS_PER_RUN, fileWork);
      const text = `Verifying ${runs.length === 1 ? '1 run' : `${runs.length} runs`}`;
      meter(text, 0, total);
      const folder = await store.read.verifyFolder();
      const report: VerificationReport = { folder, runs: [], datasets: [] };
      let before = fileWork;
      for (const [index, { id, name }] of runs.entries()) {
        const tell = (done: number): void => meter(text, before + Math.min(done, counts[index]), total);
        report.runs.push({ ...(await verifyRun(id, { onProgress: tell, signal })), name });
        before += counts[index] + POINTS_PER_RUN;
        meter(text, before, total);
      }
      if (!datasets) return report;
      const tell = createProgressMeter(({ text: what, done, total: all, secondsLeft }) =>
        onProgress({ text: what, done, total: all, secondsLeft }),
      );
      report.datasets = await catalogue.verify((title, done, all) => tell(`Reading ${title}`, done, all), signal);
      return report;
    },
  };
}

interface RunWatching {
  /** Called with the number of points that were looked at. */
  onProgress?(done: number): void;
  signal?: AbortSignal;
}

/** Of a run whose summaries cannot be read, verification says so. */
const pointsOf = (store: Store, runId: string): Promise<number> =>
  store.read.metrics(runId).then(
    (metrics) => metrics.reduce((sum, { count }) => sum + count, 0),
    () => 0,
  );
