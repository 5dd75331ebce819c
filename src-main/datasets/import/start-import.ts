import { Worker } from 'node:worker_threads';
import { type ExampleImages, type ImportProgress, ReadableError } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import { UndecidedImportError } from '../naming/undecided-import.ts';
import { DECODING_THREAD } from '../decoding-thread.ts';
import type { ImportEvent, ImportOutcome, ImportRequest, ImportTask, ImportCommand, TaskOutcomes } from './protocol.ts';

/** The person cancelled, or the run that waited was stopped; nothing was imported. */
export class ImportCancelledError extends ReadableError {
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
export function startImport(
  url: URL,
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
  signal?: AbortSignal,
): Promise<ImportOutcome> {
  return runTask(url, { task: 'import', ...request }, onProgress, signal);
}

/**
 * Compares a dataset's image files with its list of them, likewise.
 * @throws DatasetError naming one that has changed, ImportCancelledError
 */
export async function startCheck(
  url: URL,
  file: string,
  onProgress: (progress: ImportProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  await runTask(url, { task: 'check', file }, onProgress, signal);
}

/** A few images of a dataset, likewise. @throws DatasetError where one cannot be read */
export function startExamples(url: URL, file: string): Promise<ExampleImages> {
  return runTask(url, { task: 'examples', file }, () => {});
}

async function runTask<Task extends keyof TaskOutcomes>(
  url: URL,
  task: Extract<ImportTask, { task: Task }>,
  onProgress: (progress: ImportProgress) => void,
  signal?: AbortSignal,
): Promise<TaskOutcomes[Task]> {
  if (signal?.aborted) throw new ImportCancelledError();
  const worker = new Worker(url, { ...DECODING_THREAD, name: 'espalier-import', workerData: task });
  const cancel = () => worker.postMessage({ type: 'cancel' } satisfies ImportCommand);
  signal?.addEventListener('abort', cancel);
  try {
    return await new Promise<TaskOutcomes[Task]>((resolve, reject) => {
      worker.on('message', (event: ImportEvent) => {
        if (event.type === 'progress') onProgress(event.progress);
        else if (event.type === 'done') resolve(event.outcome as TaskOutcomes[Task]);
        else if (event.type === 'cancelled') reject(new ImportCancelledError());
        else if (event.type === 'undecided') reject(new UndecidedImportError(event.question));
        else if (event.fault === null) reject(new Error(event.message));
        else reject(new DatasetError(event.message, event.file, event.fault));
      });
      worker.on('error', (error) => reject(new Error(`The import stopped: ${(error as Error).message}`)));
      worker.on('exit', (code) => reject(new Error(`The import ended without a result (exit code ${code}).`)));
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
