import { METRICS, type MaskTimeline, type MaskView } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from '../state/bridge.ts';
import { followSeries, seriesKey, type SeriesTable } from '../state/series.ts';
import { toastError } from '../state/toasts.svelte.ts';

const MOST_KEPT = 16;

/**
 * A run's masks: its updates, the layer and update looked at, and the view of them. Follows a live run at the end, and
 * one that has not started from its first mask on.
 */
export function useMasks(runId: string) {
  let timeline = $state.raw<MaskTimeline | null>(null);
  let timelineFailure = $state<string | null>(null);
  /** null while it is read, and where it cannot be. */
  let view = $state.raw<MaskView | null>(null);
  let viewFailure = $state<string | null>(null);
  let layer = $state(0);
  let update = $state(0);
  let rs = $state.raw<SeriesTable>(new Map());

  const kept = new Map<string, MaskView>();
  let isReading = false;
  let isReadingTimeline = false;
  let isTimelineStale = false;
  const last = $derived(Math.max(0, timeline ? timeline.steps.length - 1 : 0));

  /** One question at a time, always the latest: a dragged slider must not pile them up. */
  async function read(): Promise<void> {
    if (isReading || !timeline || timeline.steps.length === 0) return;
    isReading = true;
    for (let key = ''; key !== `${layer}/${update}`;) {
      key = `${layer}/${update}`;
      try {
        const found = kept.get(key) ?? (await bridge.lab.maskView(runId, layer, update));
        kept.delete(key);
        kept.set(key, found);
        if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
        view = found;
        viewFailure = null;
      } catch (error) {
        view = null;
        viewFailure = messageOf(error);
      }
    }
    isReading = false;
  }

  function show(next: MaskTimeline): void {
    const wasAtEnd = update === last;
    timeline = next;
    timelineFailure = null;
    update = wasAtEnd ? last : Math.min(update, last);
  }

  /** One question at a time; what happens meanwhile is asked for after it. */
  async function readTimeline(): Promise<void> {
    isTimelineStale = true;
    if (isReadingTimeline) return;
    isReadingTimeline = true;
    while (isTimelineStale) {
      isTimelineStale = false;
      try {
        show(await bridge.lab.maskTimeline(runId));
      } catch (error) {
        timelineFailure = messageOf(error);
      }
    }
    isReadingTimeline = false;
  }

  $effect(() => {
    const stop = bridge.on('mask-updated', (event) => {
      if (event.runId !== runId) return;
      const isNext = timeline !== null && timeline.layers.length > 0 && event.update === timeline.steps.length;
      if (timeline && isNext) show({ ...timeline, steps: [...timeline.steps, event.step] });
      // The first mask brings the layers with it; a gap says that updates were missed.
      else if (event.step !== timeline?.steps[event.update]) void readTimeline();
    });
    void readTimeline();
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
    /** Why nothing at all can be shown. */
    get failure() {
      return timeline ? null : timelineFailure;
    },
    /** Why the update looked at cannot be shown. */
    get viewFailure() {
      return viewFailure;
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
