import {
  ENDED,
  sparsityNow,
  type OwnMethod,
  type RunListItem,
  type RunProgress,
  type RunSummary,
} from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import type { RunChange, RunRecord } from '../../store/records.ts';
import type { LabEmitter } from '../events.ts';
import type { LabMethods } from '../methods/lab-methods.ts';
import { LabError } from '../lab-error.ts';

const NOTICE_MILLISECONDS = 250;

export interface ChangeOptions {
  /** Runs that listeners are given along with these. */
  others?: readonly string[];
  /** Asked once the change is stored: true where another follows at once, and nobody is to see this one. */
  isOvertaken?(): boolean;
}

/**
 * The runs as everyone is shown them: what is stored of them, and where those in training stand now. A change is written
 * to the store first, and shown and announced once it is there.
 */
export interface RunBook {
  all(): RunRecord[];
  /** As it is stored. @throws LabError where there is no such run */
  get(id: string): RunRecord;
  /** As it will be stored, with the changes that are on their way: what a change starts from. @throws as `get` */
  latest(id: string): RunRecord;
  item(id: string): RunListItem;
  /** Runs that are stored. */
  add(records: RunRecord[]): void;
  /**
   * The one way in which runs change: one write for all of them, durable before anyone sees it.
   * @throws StoreError where it cannot be stored; then nothing has changed
   */
  change(ids: string[], change: RunChange, options?: ChangeOptions): Promise<void>;
  /** A person's own method as the run goes on with it. @throws StoreError where it cannot be stored */
  changeMethod(id: string, ownMethod: OwnMethod): Promise<void>;
  /** What another write changes of a run: shown with the next notice once that is stored. @throws what the write throws */
  follow(id: string, change: Partial<RunRecord>, written: Promise<void>): Promise<void>;
  /** Where a run in training stands now: shown with the next notice, stored with the next heartbeat or `change`. */
  note(id: string, position: RunningPosition, progress: RunProgress): void;
  /** Shows why a run failed although nothing can be stored now. */
  showFailure(id: string, change: RunChange): void;
  /** Once the changes of these runs that are on their way are stored, or cannot be. */
  settled(ids: readonly string[]): Promise<void>;
  /** Tells listeners of these runs at once. */
  announce(ids: string[]): void;
}

type RunningPosition = Pick<RunRecord, 'steps' | 'epochs' | 'seconds'>;

/** Changes of a run that are on their way to the store. */
interface Unwritten {
  record: RunRecord;
  changes: Map<Partial<RunRecord>, Promise<unknown>>;
}

/** All runs in memory; see `RunBook`. @param queuePosition where a run waits in the queue, null where it does not */
export function createRunBook(
  store: Store,
  events: LabEmitter,
  records: RunRecord[],
  methods: LabMethods,
  queuePosition: (id: string) => number | null,
): RunBook {
  const runs = new Map(records.map((record) => [record.id, record]));
  const unwritten = new Map<string, Unwritten>();
  const live = new Map<string, RunProgress>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  const get = (id: string): RunRecord => {
    const record = runs.get(id);
    if (!record) throw new LabError(`There is no run ${id}.`);
    return record;
  };
  const item = (id: string): RunListItem => toListItem(get(id), methods, live.get(id) ?? null, queuePosition(id));
  const announce = (ids: readonly string[]): void => {
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

  const expect = (id: string, change: Partial<RunRecord>, written: Promise<unknown>): void => {
    const ahead = unwritten.get(id) ?? { record: { ...get(id) }, changes: new Map() };
    unwritten.set(id, ahead);
    Object.assign(ahead.record, change);
    ahead.changes.set(change, written);
  };
  const expectNoMore = (id: string, change: Partial<RunRecord>, isStored: boolean): void => {
    const ahead = unwritten.get(id);
    ahead?.changes.delete(change);
    if (ahead?.changes.size === 0) unwritten.delete(id);
    else if (ahead && !isStored) Object.assign(ahead.record, get(id), ...ahead.changes.keys());
  };
  /** Until it is stored, a change is in `latest` alone. */
  const onceStored = async (ids: readonly string[], change: Partial<RunRecord>, written: Promise<void>) => {
    // A change of its own for each call: the same object may be given twice.
    const own = { ...change };
    for (const id of ids) expect(id, own, written);
    let isStored = false;
    try {
      await written;
      isStored = true;
      for (const id of ids) Object.assign(get(id), own);
    } finally {
      for (const id of ids) expectNoMore(id, own, isStored);
    }
  };

  return {
    all: () => [...runs.values()],
    get,
    latest: (id) => unwritten.get(id)?.record ?? get(id),
    item,
    add(added) {
      for (const record of added) runs.set(record.id, record);
    },
    async change(ids, change, { others = [], isOvertaken } = {}) {
      ids.forEach(get);
      await onceStored(ids, change, store.write.changeRuns(ids, change));
      if (change.status !== undefined && ENDED.has(change.status)) for (const id of ids) live.delete(id);
      if (isOvertaken?.()) return;
      if (change.trashedAt) events.emit('runs-removed', ids);
      announce([...ids, ...others]);
    },
    async changeMethod(id, ownMethod) {
      await store.write.changeRunMethod(id, ownMethod);
      get(id).ownMethod = ownMethod;
      announce([id]);
    },
    async follow(id, change, written) {
      await onceStored([id], change, written);
      announceSoon(id);
    },
    note(id, position, progress) {
      Object.assign(get(id), position);
      const ahead = unwritten.get(id);
      if (ahead) Object.assign(ahead.record, position);
      live.set(id, progress);
      announceSoon(id);
    },
    showFailure(id, change) {
      Object.assign(get(id), change);
      live.delete(id);
      announce([id]);
    },
    async settled(ids) {
      await Promise.allSettled(ids.flatMap((id) => [...(unwritten.get(id)?.changes.values() ?? [])]));
    },
    announce,
  };
}

function toListItem(
  record: RunRecord,
  methods: LabMethods,
  live: RunProgress | null,
  queuePosition: number | null,
): RunListItem {
  const { plan, configuration } = record;
  const method = methods.describe(record);
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
    methodTitle: method.title,
    isSparse: method.sparse,
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
