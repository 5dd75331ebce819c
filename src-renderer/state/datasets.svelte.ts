import {
  defaultImportChoices,
  type DatasetDescription,
  type DatasetProgress,
  isImportQuestion,
  type ImportAnswer,
  type ImportChoices,
  type ImportOrigin,
  type ImportQuestion,
  type ImportReport,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';

export interface DownloadEnd {
  kind: 'failed' | 'cancelled';
  message: string;
}

let list = $state.raw<readonly DatasetDescription[]>([]);
let state = $state.raw<{ kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string }>({
  kind: 'loading',
});
/** What was wrong with the folder opened last; stays until the next is opened, since it has to be read. */
let importError = $state.raw<string | null>(null);
let isImporting = $state(false);
/** Of an import or a download, whoever asked for it. */
let progress = $state.raw<DatasetProgress | null>(null);
/** What the last import did; stays until it is dismissed or the next begins. */
let importReport = $state.raw<ImportReport | null>(null);
/** What the last import could not decide, and the choices it had; stays until it is answered, dismissed or replaced. */
let importQuestion = $state.raw<{ question: ImportQuestion; choices: ImportChoices } | null>(null);
/** How the download asked for last came to nothing. */
let downloadEnd = $state.raw<(DownloadEnd & { id: string }) | null>(null);
/** Asked for and not over; the first news of it may take a moment. */
let downloading = $state.raw<string | null>(null);

const isBusy = $derived(isImporting || downloading !== null || progress !== null);

export const datasets = {
  get list(): readonly DatasetDescription[] {
    return list;
  },
  get state() {
    return state;
  },
  get importError(): string | null {
    return importError;
  },
  get isImporting(): boolean {
    return isImporting;
  },
  /** Whether an import or a download is under way: there is one at a time. */
  get isBusy(): boolean {
    return isBusy;
  },
  get progress(): DatasetProgress | null {
    return progress;
  },
  get importReport(): ImportReport | null {
    return importReport;
  },
  get importQuestion(): ImportQuestion | null {
    return importQuestion?.question ?? null;
  },
};

/** The known dataset that is being fetched, or null. */
export const downloadingDataset = (): string | null => progress?.dataset ?? downloading;

export const downloadEndOf = (id: string): DownloadEnd | null => (downloadEnd?.id === id ? downloadEnd : null);

export async function followDatasets(): Promise<void> {
  bridge.on('datasets-changed', (items) => (list = items));
  bridge.on('import-progress', (next) => (progress = next));
  await reloadDatasets();
}

export async function reloadDatasets(): Promise<void> {
  try {
    list = await bridge.lab.listDatasets();
    state = { kind: 'ready' };
  } catch (error) {
    state = { kind: 'failed', message: messageOf(error) };
  }
}

/** Opens the system's dialog and imports what is chosen; null where the person closed it, or it was refused or asked. */
export const openDataset = (
  choose: 'folder' | 'file',
  choices: ImportChoices = defaultImportChoices,
): Promise<DatasetDescription | null> => importFrom({ choose }, choices);

/** Imports what the question is about, with an answer to it; null where that was refused, or asked something else. */
export async function answerImport(answer: ImportAnswer): Promise<DatasetDescription | null> {
  if (importQuestion === null) return null;
  return importFrom({ choose: 'asked' }, { ...importQuestion.choices, ...answer.choices });
}

async function importFrom(from: ImportOrigin, choices: ImportChoices): Promise<DatasetDescription | null> {
  isImporting = true;
  importError = null;
  importReport = null;
  try {
    const outcome = await bridge.lab.importDataset(from, choices);
    if (outcome === null) return null;
    const isQuestion = isImportQuestion(outcome);
    importQuestion = isQuestion ? { question: outcome, choices } : null;
    if (isQuestion) return null;
    await reloadDatasets();
    importReport = outcome;
    return outcome.dataset;
  } catch (error) {
    importError = messageOf(error);
    // What came of an answer leaves the question open to another.
    if (!isAnswer(from)) importQuestion = null;
    return null;
  } finally {
    isImporting = false;
  }
}

const isAnswer = (from: ImportOrigin): boolean => 'choose' in from && from.choose === 'asked';

/** Makes a known dataset ready; null where that came to nothing, which `downloadEndOf` then tells. */
export async function downloadDataset(id: string): Promise<DatasetDescription | null> {
  downloading = id;
  downloadEnd = null;
  isCancelled = false;
  try {
    const dataset = await bridge.lab.downloadDataset(id);
    await reloadDatasets();
    return dataset;
  } catch (error) {
    downloadEnd = { id, kind: isCancelled ? 'cancelled' : 'failed', message: messageOf(error) };
    return null;
  } finally {
    downloading = null;
  }
}

/** Whether the person cancelled the download. */
let isCancelled = false;

export function cancelImport(): Promise<void> {
  isCancelled = true;
  return bridge.lab.cancelImport();
}

export function dismissImportError(): void {
  importError = null;
}

export function dismissImportQuestion(): void {
  importQuestion = null;
}

export function dismissImportReport(): void {
  importReport = null;
}
