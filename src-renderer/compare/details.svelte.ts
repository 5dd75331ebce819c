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
      .filter((run) => run.method === 'dense' && run.final !== null)
      .filter((run) => traits.has(`${run.dataset} ${run.network} ${run.seed}`))
      .map((run) => run.id);
    return [...new Set([...compared, ...twins])];
  });

  $effect(() => {
    for (const id of wanted) {
      if (asked.has(id)) continue;
      asked.add(id);
      bridge.lab.getRun(id).then((detail) => (known = new Map(known).set(id, detail)), toastError);
    }
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
