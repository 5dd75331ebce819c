import type { RunDetail } from '../../src-main/contract/index.ts';
import { bridge } from '../state/bridge.ts';
import { runs } from '../state/runs.svelte.ts';
import { toastError } from '../state/toasts.svelte.ts';

/**
 * Details of the compared runs, and of every dense run that might pair with one of them. A configuration never changes
 * after launch, so each is read once; the items in the answer are always the newest.
 */
export function useDetails(ids: () => readonly string[]): {
  readonly compared: readonly RunDetail[];
  readonly candidates: readonly RunDetail[];
  readonly isLoading: boolean;
} {
  let known = $state.raw<ReadonlyMap<string, RunDetail>>(new Map());
  const asked = new Set<string>();

  const wanted = $derived.by(() => {
    const compared = ids();
    const traits = new Set(
      compared.flatMap((id) => {
        const run = runs.get(id);
        return run ? [`${run.dataset} ${run.network} ${run.seed}`] : [];
      }),
    );
    const twins = runs.list
      .filter((run) => !run.isSparse && run.final !== null)
      .filter((run) => traits.has(`${run.dataset} ${run.network} ${run.seed}`))
      .map((run) => run.id);
    return [...new Set([...compared, ...twins])];
  });

  // Together: hundreds of runs make one new table, not one each.
  async function read(ids: readonly string[]): Promise<void> {
    const answers = await Promise.allSettled(ids.map((id) => bridge.lab.getRun(id)));
    const next = new Map(known);
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') next.set(ids[index], answer.value);
    }
    known = next;
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) toastError(failed.reason);
  }

  $effect(() => {
    const unread = wanted.filter((id) => !asked.has(id));
    for (const id of unread) asked.add(id);
    if (unread.length > 0) void read(unread);
  });

  const fresh = (id: string): RunDetail[] => {
    const detail = known.get(id);
    return detail ? [{ ...detail, item: runs.get(id) ?? detail.item }] : [];
  };
  const compared = $derived(ids().flatMap(fresh));
  const candidates = $derived(wanted.flatMap(fresh));

  return {
    get compared() {
      return compared;
    },
    get candidates() {
      return candidates;
    },
    get isLoading() {
      return ids().some((id) => !known.has(id));
    },
  };
}
