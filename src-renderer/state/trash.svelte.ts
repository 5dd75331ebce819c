import type { RunListItem } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';
import { paced } from './pace.ts';

let list = $state.raw<readonly RunListItem[]>([]);
let state = $state.raw<{ kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string }>({
  kind: 'loading',
});

/** The runs in the trash, kept by the lab's events. */
export const trash = {
  get list(): readonly RunListItem[] {
    return list;
  },
  get state() {
    return state;
  },
};

/** Loads the trash and follows it from then on. */
export async function followTrash(): Promise<void> {
  bridge.on(
    'runs-removed',
    paced(() => void reloadTrash()),
  );
  // Whatever the lab tells of is out of the trash; most of it never was in it.
  bridge.on('runs-changed', (items) => {
    if (list.length === 0) return;
    const back = new Set(items.map(({ id }) => id));
    if (list.some(({ id }) => back.has(id))) list = list.filter(({ id }) => !back.has(id));
  });
  await reloadTrash();
}

export async function reloadTrash(): Promise<void> {
  try {
    list = await bridge.lab.listTrash();
    state = { kind: 'ready' };
  } catch (error) {
    state = { kind: 'failed', message: messageOf(error) };
  }
}
