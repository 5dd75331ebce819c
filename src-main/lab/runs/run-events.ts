import type { SeriesPoint } from '../../contract/index.ts';
import { METRICS } from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import type { RunChange, RunRecord } from '../../store/records.ts';
import type { LabEmitter } from '../events.ts';
import type { Recorder } from './recorder.ts';
import type { StoredEvent } from './trainer-process.ts';
import type { RunBook } from './run-book.ts';
import { warnRun } from './warn-run.ts';

export interface RunEventContext {
  runId: string;
  /** Of the dataset's images: the first layer's masks are shown in it. */
  inputShape: [number, number, number];
  /** Of Espalier. */
  version: string;
  store: Store;
  book: RunBook;
  recorder: Recorder;
  events: LabEmitter;
  /** The run frees its slot of the queue, or takes one again. */
  onPaused(): void;
  onResumed(): void;
  /** Something could not be stored. */
  onFailure(error: unknown): void;
}

/**
 * Writes down what a trainer says, as it says it; settles once that is stored, or could not be, which `onFailure` heard
 * of. Terminal events never get here: `TrainerProcess.ended` has them.
 */
export function createRunEventHandler(context: RunEventContext): (event: StoredEvent) => Promise<void> {
  const { runId, inputShape, store, book, recorder, events, onFailure } = context;
  const change = (part: RunChange): Promise<void> => book.change([runId], part);
  const follow = (part: Partial<RunRecord>, written: Promise<void>): Promise<void> => book.follow(runId, part, written);

  async function write(event: StoredEvent): Promise<void> {
    switch (event.type) {
      case 'started':
        return change({
          plan: event.plan,
          activeWeights: event.activeWeights,
          engine: event.engine,
          engineTitle: `${event.engineTitle} (Espalier ${context.version})`,
          threads: event.threads,
        });
      case 'initial-masks': {
        const { layers } = book.latest(runId).plan;
        const stored = event.masks.map((mask, layer) => ({
          name: layers[layer]?.name ?? `layer ${layer}`,
          inputShape: layer === 0 && mask.inputs === inputShape[0] * inputShape[1] * inputShape[2] ? inputShape : null,
          mask,
        }));
        await store.write.startMasks(runId, stored);
        return events.emit('mask-updated', { runId, update: 0, step: 0 });
      }
      case 'mask-update': {
        const { update, step, rs, activeWeights, layers, record } = event;
        const written = store.write.appendMaskUpdate(runId, { update, step, rs, layers, record });
        await follow({ updates: update, rs, activeWeights }, written);
        return events.emit('mask-updated', { runId, update, step });
      }
      case 'update-aftermath': {
        const { update, gradientNorms, recoverySteps } = event;
        return store.write.noteAftermath(runId, { update, gradientNorms, recoverySteps });
      }
      case 'points': {
        const validation = lastOf(event.points, METRICS.validationAccuracy);
        const isStored = await recorder.points(runId, event.points);
        if (!validation || !isStored) return;
        return follow({ validationAccuracy: validation.value }, Promise.resolve());
      }
      case 'progress': {
        const { step, epoch } = event.progress;
        return book.note(runId, { steps: step, epochs: epoch, seconds: event.seconds }, event.progress);
      }
      case 'best': {
        const best = { validationAccuracy: event.validationAccuracy, epoch: event.epoch };
        return follow({ best }, store.write.changeRuns([runId], { best }));
      }
      case 'paused': {
        const changed = change({ status: 'paused' });
        context.onPaused();
        return changed;
      }
      case 'resumed': {
        const changed = change({ status: 'running' });
        context.onResumed();
        return changed;
      }
      case 'log':
        await recorder.log(runId, event.level, event.text);
        return;
      case 'warning':
        return warnRun(context, runId, event.warning);
      case 'checkpoint': {
        // Points up to the checkpoint's step must be stored before it: a resumed run does not send them again.
        void recorder.flush();
        const { step, epoch, bytes } = event;
        const { seconds, updates, rs, best } = book.latest(runId);
        const position = { step, epoch, seconds, updates, rs, best };
        return follow({ checkpointEpoch: epoch }, store.write.saveCheckpoint(runId, position, bytes));
      }
      case 'engines-measured':
      case 'finished':
      case 'suspended':
      case 'failed':
        throw new Error(`The event ${event.type} is not part of a run that goes on, and not the recorder's.`);
    }
  }

  return (event) => write(event).catch(onFailure);
}

function lastOf(points: SeriesPoint[], metric: string): SeriesPoint | undefined {
  return points.findLast((point) => point.metric === metric);
}
