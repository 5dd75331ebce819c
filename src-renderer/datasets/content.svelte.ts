import type { DatasetContent } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';

export type ContentState =
  { kind: 'loading' } | { kind: 'ready'; content: DatasetContent } | { kind: 'failed'; message: string };

/** Looks into a dataset once it is ready; call while a component is being set up. */
export function useContent(id: string, isReady: () => boolean): { readonly state: ContentState; reload(): void } {
  let state = $state.raw<ContentState>({ kind: 'loading' });

  async function load(): Promise<void> {
    state = { kind: 'loading' };
    try {
      state = { kind: 'ready', content: await bridge.lab.readDatasetContent(id) };
    } catch (error) {
      state = { kind: 'failed', message: messageOf(error) };
    }
  }

  $effect(() => {
    if (isReady()) void load();
  });

  return {
    get state() {
      return state;
    },
    reload: () => void load(),
  };
}
