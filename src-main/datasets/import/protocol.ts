import type { BadFile, ExampleImages, ImportChoices, ImportProgress, ImportSummary } from '../../contract/index.ts';

/** `workerData` of an import worker: what it is to do. */
export type ImportTask =
  | ({ task: 'import' } & ImportRequest)
  /** Compares a dataset's image files with its list of them. */
  | { task: 'check'; file: string }
  /** Reads a few of a dataset's images to be shown. */
  | { task: 'examples'; file: string };

/** What each task comes to. */
export interface TaskOutcomes {
  import: ImportOutcome;
  check: null;
  examples: ExampleImages;
}

export interface ImportRequest {
  /** The folder or file to read. */
  path: string;
  choices: ImportChoices;
  /** Where copies are kept. */
  folder: string;
  /** Anything that would get another identifier is refused. */
  expectedId?: string;
}

/** What an import came to; what the copy says of the dataset stands in its header. */
export interface ImportOutcome extends ImportSummary {
  id: string;
  kind: string;
  contentSha256: string;
  skipped: BadFile[];
}

/** To the worker. */
export type ImportCommand = { type: 'cancel' };

/** From the worker, in order; the last is one of `done`, `cancelled` and `failed`. */
export type ImportEvent =
  | { type: 'progress'; progress: ImportProgress }
  | { type: 'done'; outcome: TaskOutcomes[keyof TaskOutcomes] }
  | { type: 'cancelled' }
  /** `file` where one is at fault; `expected` where the message is for the reader, `undecided` where a choice would help. */
  | { type: 'failed'; message: string; file: string | null; expected: boolean; undecided?: boolean };
