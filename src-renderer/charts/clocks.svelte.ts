import { bridge } from '../state/bridge.ts';
import { followSeries, type SeriesTable } from '../state/series.ts';
import { toastError } from '../state/toasts.svelte.ts';
import { xAxes, type XAxis } from './axes.ts';

/** Follows the clock series that an axis needs; call while a component is being set up. */
export function useClocks(runIds: () => readonly string[], axis: () => XAxis): { readonly table: SeriesTable } {
  let table = $state.raw<SeriesTable>(new Map());
  const key = $derived(runIds().join(','));
  $effect(() => {
    const metric = xAxes[axis()].clock;
    if (metric === null || key === '') return;
    const request = { runIds: key.split(','), metrics: [metric], maxPoints: 4000 };
    return followSeries(bridge, request, (next) => (table = next), toastError);
  });
  return {
    get table() {
      return table;
    },
  };
}
