import { ENDED, isResumable, type RunListItem } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';
import { paced } from './pace.ts';

/**
 * All runs, kept by the lab's events. The map is replaced, never proxied: a thousand rows must cost nothing to hold.
 */
let byId = $state.raw<ReadonlyMap<string, RunListItem>>(new Map());
let state = $state.raw<{ kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string }>({
  kind: 'loading',
});
let selection = $state.raw<ReadonlySet<string>>(new Set());
const list = $derived([...byId.values()]);
const active = $derived(list.filter((run) => run.status === 'running' || run.status === 'paused'));

export const runs = {
  get state() {
    return state;
  },
  get list(): readonly RunListItem[] {
    return list;
  },
  /** Those in training or paused. */
  get active(): readonly RunListItem[] {
    return active;
  },
  get selection(): ReadonlySet<string> {
    return selection;
  },
  get(id: string): RunListItem | undefined {
    return byId.get(id);
  },
};

let pending = new Map<string, RunListItem | null>();
const flush = paced(() => {
  if (pending.size === 0 || state.kind !== 'ready') return;
  const next = new Map(byId);
  let isAnyGone = false;
  for (const [id, item] of pending) {
    if (item) next.set(id, item);
    else isAnyGone = next.delete(id) || isAnyGone;
  }
  pending = new Map();
  byId = next;
  if (isAnyGone) select([...selection].filter((id) => next.has(id)));
}, 100);

/** Loads the list and follows it from then on. Changes that arrive while loading are kept and applied after. */
export async function followRuns(): Promise<void> {
  bridge.on('runs-changed', (items) => {
    for (const item of items) pending.set(item.id, item);
    flush();
  });
  bridge.on('runs-removed', (ids) => {
    for (const id of ids) pending.set(id, null);
    flush();
  });
  await reloadRuns();
}

export async function reloadRuns(): Promise<void> {
  state = { kind: 'loading' };
  try {
    const items = await bridge.lab.listRuns();
    byId = new Map(items.map((item) => [item.id, item]));
    state = { kind: 'ready' };
    flush();
  } catch (error) {
    state = { kind: 'failed', message: messageOf(error) };
  }
}

/** Puts runs in at once, for the answer of a launch: the event may come later. */
export function addRuns(items: readonly RunListItem[]): void {
  const next = new Map(byId);
  for (const item of items) if (!next.has(item.id)) next.set(item.id, item);
  byId = next;
}

export function select(ids: Iterable<string>): void {
  selection = new Set(ids);
}

export const canPause = (run: RunListItem) => run.status === 'running';
export const canResume = (run: RunListItem) => run.trashedAt === null && isResumable(run);
export const canCancel = (run: RunListItem) => !ENDED.has(run.status);
export const canTrash = (run: RunListItem) => ENDED.has(run.status);
