import { createRankedSet } from '../topology/active-set.ts';
import { passUpdate, replayUpdate } from '../topology/history.ts';
import type { NamedHistory } from '../topology/measures/index.ts';
import { chosenLayers } from './chosen-layers.ts';
import { keyFrameBefore, type MaskFrames, type MaskLayerRow } from './mask-frames.ts';

const NONE = new Float64Array(0);

/**
 * A run's stored masks as streams over all updates, without a copy of more than a few of them.
 * @param regrownLiveOn of a run: whether what it drops and grows at once goes on living
 */
export function createMaskReplay(frames: MaskFrames, regrownLiveOn: (run: number) => boolean) {
  /** Every update, and the frame of those that changed the layer. */
  function* framesOf(run: number, row: MaskLayerRow, updates: number) {
    let next = 1;
    for (const { at, frame } of frames.frames(run, row, 1, updates)) {
      for (; next < at; next++) yield { update: next, frame: undefined };
      yield { update: next++, frame };
    }
    for (; next <= updates; next++) yield { update: next, frame: undefined };
  }

  const historyOf = (run: number, row: MaskLayerRow, updates: number): NamedHistory => {
    const { layer, name, outputs, inputs } = row;
    const size = outputs * inputs;
    const initial = frames.keyPositions(run, row, 0);
    return {
      ...{ layer, name, outputs, inputs, initial, updates, regrownLiveOn: regrownLiveOn(run) },
      *moments() {
        const active = createRankedSet(initial, size);
        for (const { update, frame } of framesOf(run, row, updates)) {
          // An update that leaves the layer alone stores no frame.
          const change = frame && frames.decode(run, row, update, () => replayUpdate(active, size, frame));
          yield { update, dropped: change?.dropped ?? NONE, grown: change?.grown ?? NONE };
        }
      },
      *masks() {
        const active = createRankedSet(initial, size);
        yield active;
        for (const { update, frame } of framesOf(run, row, updates)) {
          if (frame) frames.decode(run, row, update, () => passUpdate(active, size, frame));
          yield active;
        }
      },
      activeAt(update) {
        const key = keyFrameBefore(update);
        const active = createRankedSet(frames.keyPositions(run, row, key), size);
        for (const { at, frame } of frames.frames(run, row, key + 1, update)) {
          frames.decode(run, row, at, () => replayUpdate(active, size, frame));
        }
        return active.positions();
      },
    };
  };

  return {
    /** All layers of a run, or one. @throws StoreError where there is no such layer, or no mask yet */
    histories(runId: string, run: number, layer: number | undefined): NamedHistory[] {
      const updates = frames.lastUpdate(run) ?? 0;
      return chosenLayers(runId, frames.layersOf(run), layer).map((row) => historyOf(run, row, updates));
    },
  };
}
