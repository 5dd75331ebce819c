import type { SeriesPoint, TrainerEvent } from '../../contract/index.ts';
import { METRICS } from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import type { RunChange } from '../../store/records.ts';
import type { LabEmitter } from '../events.ts';
import type { Recorder } from './recorder.ts';
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
  /** The run gives up its place in the queue, or takes one again. */
  onPaused(): void;
  onResumed(): void;
  /** Something could not be stored. */
  onFailure(error: unknown): void;
}

/** Writes down what a trainer says, as it says it. Terminal events never get here: `TrainerProcess.ended` has them. */
export function createRunEventHandler(context: RunEventContext): (event: TrainerEvent) => void {
  const { runId, inputShape, store, book, recorder, events, onFailure } = context;
  const change = (part: RunChange): void => void book.change(runId, part).catch(onFailure);
  /** The same for what comes often: listeners hear of it with the next batch. */
  const keep = (part: RunChange): void => {
    book.note(runId, part);
    store.write.changeRuns([runId], part).catch(onFailure);
  };

  return (event) => {
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
        const { layers } = book.get(runId).plan;
        const stored = event.masks.map((mask, layer) => ({
          name: layers[layer]?.name ?? `layer ${layer}`,
          inputShape: layer === 0 && mask.inputs === inputShape[0] * inputShape[1] * inputShape[2] ? inputShape : null,
          mask,
        }));
        store.write.startMasks(runId, stored).then(() => {
          events.emit('mask-updated', { runId, update: 0, step: 0 });
        }, onFailure);
        return;
      }
      case 'mask-update': {
        const { update, step, rs, activeWeights, layers, record } = event;
        book.note(runId, { updates: update, rs, activeWeights });
        store.write.appendMaskUpdate(runId, { update, step, rs, layers, record }).then(() => {
          events.emit('mask-updated', { runId, update, step });
        }, onFailure);
        return;
      }
      case 'update-aftermath': {
        const { update, gradientNorms, recoverySteps } = event;
        store.write.noteAftermath(runId, { update, gradientNorms, recoverySteps }).catch(onFailure);
        return;
      }
      case 'points': {
        recorder.points(runId, event.points);
        const validation = lastOf(event.points, METRICS.validationAccuracy);
        if (validation) book.note(runId, { validationAccuracy: validation.value });
        return;
      }
      case 'progress': {
        const { step, epoch } = event.progress;
        return book.note(runId, { steps: step, epochs: epoch, seconds: event.seconds }, event.progress);
      }
      case 'best':
        return keep({ best: { validationAccuracy: event.validationAccuracy, epoch: event.epoch } });
      case 'paused':
        change({ status: 'paused' });
        return context.onPaused();
      case 'resumed':
        change({ status: 'running' });
        return context.onResumed();
      case 'log':
        return recorder.log(runId, event.level, event.text);
      case 'warning':
        return void warnRun(context, runId, event.warning).catch(onFailure);
      case 'checkpoint': {
        // Points up to the checkpoint's step must be stored before it: a resumed run does not send them again.
        void recorder.flush();
        const { step, epoch, bytes } = event;
        const { seconds, updates, rs, best } = book.get(runId);
        store.write.saveCheckpoint(runId, { step, epoch, seconds, updates, rs, best }, bytes).then(() => {
          book.note(runId, { checkpointEpoch: epoch });
        }, onFailure);
        return;
      }
      case 'engines-measured':
      case 'finished':
      case 'suspended':
      case 'failed':
        throw new Error(`The event ${event.type} is not part of a run that goes on, and not the recorder's.`);
    }
  };
}

function lastOf(points: SeriesPoint[], metric: string): SeriesPoint | undefined {
  return points.findLast((point) => point.metric === metric);
}
