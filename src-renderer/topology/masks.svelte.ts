import { METRICS, type MaskTimeline, type MaskView } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';
import { followSeries, seriesKey, type SeriesTable } from '../state/series.ts';
import { toastError } from '../state/toasts.svelte.ts';

const MOST_KEPT = 16;

/** A run's masks: its updates, the layer and update looked at, and the view of them. Follows a live run at the end. */
export function useMasks(runId: string) {
  let timeline = $state.raw<MaskTimeline | null>(null);
  let view = $state.raw<MaskView | null>(null);
  let failure = $state<string | null>(null);
  let layer = $state(0);
  let update = $state(0);
  let rs = $state.raw<SeriesTable>(new Map());

  const kept = new Map<string, MaskView>();
  let isReading = false;
  const last = $derived(timeline ? timeline.steps.length - 1 : 0);

  /** One question at a time, always the latest: a dragged slider must not pile them up. */
  async function read(): Promise<void> {
    if (isReading || !timeline) return;
    isReading = true;
    try {
      for (let key = ''; key !== `${layer}/${update}`;) {
        key = `${layer}/${update}`;
        const found = kept.get(key) ?? (await bridge.lab.maskView(runId, layer, update));
        kept.delete(key);
        kept.set(key, found);
        if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
        view = found;
        failure = null;
      }
    } catch (error) {
      failure = messageOf(error);
    } finally {
      isReading = false;
    }
  }

  $effect(() => {
    const stop = bridge.on('mask-updated', (event) => {
      if (event.runId !== runId || !timeline || event.update < timeline.steps.length) return;
      const wasAtEnd = update === last;
      const steps = [...timeline.steps];
      steps[event.update] = event.step;
      timeline = { ...timeline, steps };
      if (wasAtEnd) update = event.update;
    });
    bridge.lab
      .maskTimeline(runId)
      .then((read) => {
        timeline = read;
        update = Math.max(0, read.steps.length - 1);
      })
      .catch((error: unknown) => (failure = messageOf(error)));
    return stop;
  });

  $effect(() => {
    void [timeline, layer, update];
    void read();
  });

  const layerName = $derived(timeline?.layers[layer]?.name ?? null);
  $effect(() => {
    if (layerName === null) return;
    const metrics = [METRICS.rs, `${METRICS.rs}/${layerName}`];
    return followSeries(bridge, { runIds: [runId], metrics, maxPoints: 20_000 }, (table) => (rs = table), toastError);
  });

  /** R_s as it stood at a step. */
  function rsAt(metric: string, step: number): number | null {
    const series = rs.get(seriesKey(runId, metric));
    if (!series) return null;
    let found: number | null = null;
    for (let i = 0; i < series.steps.length && series.steps[i] <= step; i++) found = series.values[i];
    return found;
  }

  return {
    get timeline() {
      return timeline;
    },
    get view() {
      return view;
    },
    get failure() {
      return failure;
    },
    get layer() {
      return layer;
    },
    get update() {
      return update;
    },
    get last() {
      return last;
    },
    get rs() {
      return view
        ? { all: rsAt(METRICS.rs, view.step), layer: rsAt(`${METRICS.rs}/${view.layerName}`, view.step) }
        : null;
    },
    chooseLayer(next: number) {
      layer = next;
    },
    chooseUpdate(next: number) {
      update = Math.max(0, Math.min(last, next));
    },
  };
}

export type MasksInView = ReturnType<typeof useMasks>;
