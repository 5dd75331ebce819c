import { ENDED, sparsityNow, type RunListItem, type RunProgress, type RunSummary } from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import type { RunChange, RunRecord } from '../../store/records.ts';
import type { LabEmitter } from '../events.ts';
import { LabError } from '../lab-error.ts';

const NOTICE_MILLISECONDS = 250;

/** The runs as they stand now: the store's records, and what only a live run knows. */
export interface RunBook {
  all(): RunRecord[];
  /** @throws where there is no such run */
  get(id: string): RunRecord;
  item(id: string): RunListItem;
  add(records: RunRecord[]): void;
  /** Changes what everyone sees; written to the store with the next heartbeat or `change`. */
  note(id: string, change: Partial<RunRecord>, progress?: RunProgress | null): void;
  /** Changes what everyone sees and has it durable when the promise resolves. */
  change(id: string, change: RunChange, progress?: RunProgress | null): Promise<void>;
  /** Shows a run's end, which is stored already: nobody sees one that a loss of power could take back. */
  showEnd(id: string, change: RunChange): void;
  /** The same change of many runs: one write, and listeners are told once, of `others` along with them. */
  changeAll(ids: string[], change: RunChange, others: readonly string[]): Promise<void>;
  /** Tells listeners of these runs at once. */
  announce(ids: string[]): void;
}

/** All runs in memory, changed here and in the store together. */
export function createRunBook(
  store: Store,
  events: LabEmitter,
  records: RunRecord[],
  queuePosition: (id: string) => number | null,
): RunBook {
  const runs = new Map(records.map((record) => [record.id, record]));
  const live = new Map<string, RunProgress>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  const get = (id: string): RunRecord => {
    const record = runs.get(id);
    if (!record) throw new LabError(`There is no run ${id}.`);
    return record;
  };
  const item = (id: string): RunListItem => toListItem(get(id), live.get(id) ?? null, queuePosition(id));
  const announce = (ids: string[]): void => {
    for (const id of ids) changed.delete(id);
    const seen = ids.filter((id) => get(id).trashedAt === null);
    if (seen.length > 0) events.emit('runs-changed', seen.map(item));
  };
  const announceSoon = (id: string): void => {
    changed.add(id);
    timer ??= setTimeout(() => {
      timer = null;
      announce([...changed]);
    }, NOTICE_MILLISECONDS).unref();
  };
  const apply = (id: string, change: Partial<RunRecord>, progress?: RunProgress | null): void => {
    Object.assign(get(id), change);
    if (progress) live.set(id, progress);
    if (progress === null) live.delete(id);
  };

  return {
    all: () => [...runs.values()],
    get,
    item,
    add(added) {
      for (const record of added) runs.set(record.id, record);
    },
    note(id, change, progress) {
      apply(id, change, progress);
      announceSoon(id);
    },
    async change(id, change, progress) {
      apply(id, change, progress);
      announce([id]);
      await store.write.changeRuns([id], change);
    },
    showEnd(id, change) {
      apply(id, change, null);
      announce([id]);
    },
    async changeAll(ids, change, others) {
      for (const id of ids) apply(id, change);
      announce([...ids, ...others]);
      await store.write.changeRuns(ids, change);
    },
    announce,
  };
}

function toListItem(record: RunRecord, live: RunProgress | null, queuePosition: number | null): RunListItem {
  const { plan, configuration } = record;
  const progress: RunProgress = live ?? {
    step: record.steps,
    totalSteps: plan.totalSteps,
    epoch: record.epochs,
    totalEpochs: configuration.epochs,
    stepsPerSecond: record.seconds > 0 ? record.steps / record.seconds : 0,
    secondsLeft: null,
  };
  return {
    id: record.id,
    name: record.name,
    status: record.status,
    method: configuration.method,
    dataset: configuration.dataset,
    network: configuration.network,
    engine: record.engine,
    threads: record.threads,
    seed: configuration.seed,
    sparsity: configuration.sparsity,
    prunableWeights: plan.prunableWeights,
    activeWeights: record.activeWeights ?? plan.activeWeights,
    rs: record.rs,
    updates: record.updates,
    steps: record.steps,
    epochs: record.epochs,
    seconds: record.seconds,
    weightsHash: record.weightsHash,
    best: record.best,
    final: record.final,
    flops: plan.flops,
    warnings: record.warnings,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    progress,
    validationAccuracy: record.validationAccuracy,
    failure: record.failure,
    colour: record.colour,
    study: record.study,
    queuePosition: record.status === 'queued' ? queuePosition : null,
    checkpointEpoch: record.checkpointEpoch,
    trashedAt: record.trashedAt,
  };
}

const SUMMARY_KEYS = [
  'id',
  'name',
  'status',
  'method',
  'dataset',
  'network',
  'engine',
  'threads',
  'seed',
  'sparsity',
  'prunableWeights',
  'activeWeights',
  'rs',
  'updates',
  'steps',
  'epochs',
  'seconds',
  'weightsHash',
  'best',
  'final',
  'flops',
  'warnings',
] as const satisfies readonly (keyof RunSummary)[];

/** The part of a list item that is printed and exported. */
export function toSummary(item: RunListItem): RunSummary & { sparsityNow: number } {
  const summary = Object.fromEntries(SUMMARY_KEYS.map((key) => [key, item[key]])) as unknown as RunSummary;
  return { ...summary, sparsityNow: sparsityNow(item) };
}

/** Whether nothing trains the run any more. */
export const isOver = (record: RunRecord): boolean => ENDED.has(record.status);
