import { parentPort, workerData } from 'node:worker_threads';
import type { MethodSource, TrainerEvent } from '../contract/index.ts';
import { LostDeviceError } from '../engine/engine.ts';
import { nodeEngines } from '../engine/engines.node.ts';
import { openNamedEngine } from '../engine/registry.ts';
import { guardMethod } from '../own-methods/guard-method.ts';
import { loadMethod } from '../own-methods/load-method.ts';
import type { Method } from '../topology/methods/index.ts';
import { readControl } from './control.ts';
import { measureRun } from './engine-measurement.ts';
import type { TrainingWorkerData } from './worker-protocol.ts';
import { nodeBatchThreads } from './batches/batch-thread.node.ts';
import { openDirectBatches } from './batches/direct-batches.ts';
import { openThreadedBatches } from './batches/threaded-batches.ts';
import { needsThread } from './batches/batches.ts';
import { trainedHere } from './rules/trained-method.ts';
import { train } from './trainer.ts';

/** Entry of a run's worker thread under Node: gives the trainer its port and its engine. */

if (!parentPort) throw new Error('training.worker.ts is the entry of a worker thread; it cannot be run by itself.');
const port = parentPort;
const { start, engine, control, kernels, kernelWorkerUrl, batchWorkerUrl } = workerData as TrainingWorkerData;
const post = (event: TrainerEvent, transfer: ArrayBuffer[] = []) => port.postMessage(event, transfer);

/** A person's own, whose rules the lab watches. */
function ownMethod(source: MethodSource): Method {
  return guardMethod(loadMethod(source), source, (rule) => post({ type: 'rule', rule }));
}

try {
  const engines = nodeEngines(kernels, new URL(kernelWorkerUrl));
  const spawnBatchThread = nodeBatchThreads(new URL(batchWorkerUrl));
  const method = start.methodSource && ownMethod(start.methodSource);
  if (start.measure) post(await measureRun(start, start.measure, engines, method));
  else
    await train(start, {
      post,
      method: method && trainedHere(method),
      control: readControl(control),
      openEngine: (opening) => openNamedEngine(engines, engine, opening),
      openBatches: (opening) =>
        needsThread(opening) ? openThreadedBatches(opening, spawnBatchThread) : openDirectBatches(opening),
    });
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  post({ type: 'failed', message, detail: stack ?? message, lostDevice: error instanceof LostDeviceError });
}
