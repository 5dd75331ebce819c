import type {
  BadFile,
  ExampleImages,
  ImportChoices,
  ImportProgress,
  ImportQuestion,
  ImportSummary,
} from '../../contract/index.ts';
import type { Fault } from '../dataset-error.ts';

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
  /** Its files were compared with what is published: they need not be counted. */
  isOfficial?: boolean;
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

/** From the worker, in order; the last is one of `done`, `cancelled`, `undecided` and `failed`. */
export type ImportEvent =
  | { type: 'progress'; progress: ImportProgress }
  | { type: 'done'; outcome: TaskOutcomes[keyof TaskOutcomes] }
  | { type: 'cancelled' }
  /** What cannot be known without a choice. */
  | { type: 'undecided'; question: ImportQuestion }
  /** `file` where one is at fault; `fault` is null where the message is none for the reader, but of a defect. */
  | { type: 'failed'; message: string; file: string | null; fault: Fault | null };
