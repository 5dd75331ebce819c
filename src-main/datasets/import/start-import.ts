import { Worker } from 'node:worker_threads';
import type { ImportProgress } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ImportEvent, ImportOutcome, ImportRequest, ImportTask, ImportWish } from './protocol.ts';

/** The person cancelled; nothing was imported. */
export class ImportCancelledError extends Error {
  override readonly name = 'ImportCancelledError';

  constructor() {
    super('The import was cancelled. Nothing was imported.');
  }
}

/**
 * Runs an import in a thread of its own.
 * @param signal cancels it: it ends within a block of images, and nothing of it stays
 * @throws DatasetError, ImportCancelledError
 */
export async function startImport(
  url: URL,
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
  signal?: AbortSignal,
): Promise<ImportOutcome> {
  const outcome = await runTask(url, { task: 'import', ...request }, onProgress, signal);
  if (!outcome) throw new Error('The import ended without a result.');
  return outcome;
}

/** Compares a dataset's image files with its list of them, likewise. @throws DatasetError naming one that has changed */
export async function startCheck(
  url: URL,
  file: string,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  await runTask(url, { task: 'check', file }, onProgress);
}

async function runTask(
  url: URL,
  task: ImportTask,
  onProgress: (progress: ImportProgress) => void,
  signal?: AbortSignal,
): Promise<ImportOutcome | null> {
  if (signal?.aborted) throw new ImportCancelledError();
  const worker = new Worker(url, { name: 'espalier-import', workerData: task });
  const cancel = () => worker.postMessage({ type: 'cancel' } satisfies ImportWish);
  signal?.addEventListener('abort', cancel);
  try {
    return await new Promise<ImportOutcome | null>((resolve, reject) => {
      worker.on('message', (event: ImportEvent) => {
        if (event.type === 'progress') onProgress(event.progress);
        else if (event.type === 'done') resolve(event.outcome);
        else if (event.type === 'cancelled') reject(new ImportCancelledError());
        else reject(event.expected ? new DatasetError(event.message, event.file) : new Error(event.message));
      });
      worker.on('error', (error) => reject(new Error(`The import stopped: ${(error as Error).message}`)));
      worker.on('exit', (code) => reject(new Error(`The import ended without a result (exit code ${code}).`)));
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
