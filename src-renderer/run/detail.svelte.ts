import { ENDED, type LogLine, type RunDetail, type RunListItem } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';
import { methods } from '../state/methods.svelte.ts';
import { runs } from '../state/runs.svelte.ts';

export type DetailState =
  { kind: 'loading' } | { kind: 'ready'; detail: RunDetail } | { kind: 'failed'; message: string };

export interface RunInView {
  readonly state: DetailState;
  /** The newest that the lab reported of the run; the detail's own until then. */
  readonly item: RunListItem | null;
}

/**
 * Reads a run and follows it; call while a component is being set up. Plan and engine are read anew once it trains, and
 * when it is over; its method where files of methods have changed.
 */
export function useRun(runId: string): RunInView {
  let state = $state.raw<DetailState>({ kind: 'loading' });
  const item = $derived(runs.get(runId) ?? (state.kind === 'ready' ? state.detail.item : null));
  // `startedAt` comes before data are read and engines measured; steps come after plan and engine are written down.
  const stage = $derived(
    item === null ? null : ENDED.has(item.status) ? 'over' : item.progress.step > 0 ? 'training' : 'before',
  );

  async function load(): Promise<void> {
    try {
      state = { kind: 'ready', detail: await bridge.lab.getRun(runId) };
    } catch (error) {
      state = { kind: 'failed', message: messageOf(error) };
    }
  }

  $effect(() => {
    void stage;
    void methods.files;
    void load();
  });

  return {
    get state() {
      return state;
    },
    get item() {
      return item;
    },
  };
}

const MOST_LINES = 5000;

/** Reads a run's log and follows it. Lines that come while it is read are not shown twice. */
export function useLog(runId: string): { readonly lines: readonly LogLine[]; readonly failure: string | null } {
  let lines = $state.raw<readonly LogLine[]>([]);
  let failure = $state<string | null>(null);

  $effect(() => {
    let early: LogLine[] | null = [];
    const stop = bridge.on('log-appended', (event) => {
      if (event.runId !== runId) return;
      if (early) early.push(...event.lines);
      else lines = [...lines, ...event.lines].slice(-MOST_LINES);
    });
    bridge.lab
      .readLog(runId)
      .then((read) => {
        const known = new Set(read.map((line) => `${line.at} ${line.text}`));
        const missed = (early ?? []).filter((line) => !known.has(`${line.at} ${line.text}`));
        lines = [...read, ...missed].slice(-MOST_LINES);
        early = null;
      })
      .catch((error: unknown) => (failure = messageOf(error)));
    return stop;
  });

  return {
    get lines() {
      return lines;
    },
    get failure() {
      return failure;
    },
  };
}
