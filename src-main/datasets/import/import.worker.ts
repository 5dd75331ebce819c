import { parentPort, workerData } from 'node:worker_threads';
import { checkKeptFiles } from '../check-kept-files.ts';
import { DatasetError } from '../dataset-error.ts';
import { readExamples } from '../examples.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';
import { runImport } from './import-job.ts';
import type { ImportEvent, ImportTask, ImportWish } from './protocol.ts';

/** Entry of the thread that imports a dataset, or looks into its files, so that a window never waits for it. */

if (!parentPort) throw new Error('import.worker.ts is the entry of a worker thread; it cannot be run by itself.');
const port = parentPort;
const post = (event: ImportEvent) => port.postMessage(event);
const cancelling = new AbortController();
port.on('message', (wish: ImportWish) => {
  if (wish.type === 'cancel') cancelling.abort();
});

try {
  const tell = (progress: Extract<ImportEvent, { type: 'progress' }>['progress']) =>
    post({ type: 'progress', progress });
  const task = workerData as ImportTask;
  if (task.task === 'check') {
    await checkKeptFiles(task.file, tell, cancelling.signal);
    post({ type: 'done', outcome: null });
  } else if (task.task === 'examples') post({ type: 'done', outcome: await readExamples(task.file) });
  else post({ type: 'done', outcome: await runImport(task, tell, cancelling.signal) });
} catch (error) {
  if (cancelling.signal.aborted) post({ type: 'cancelled' });
  else if (error instanceof UndecidedImportError) post({ type: 'undecided', question: error.question });
  else if (error instanceof DatasetError) {
    post({ type: 'failed', message: error.message, file: error.file, fault: error.fault });
  } else {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'failed', message: stack ?? message, file: null, fault: null });
  }
} finally {
  port.close();
}
