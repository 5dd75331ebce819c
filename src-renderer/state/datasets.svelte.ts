import {
  defaultImportChoices,
  type DatasetDescription,
  type ImportChoices,
  type ImportProgress,
  type ImportReport,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';

let list = $state.raw<readonly DatasetDescription[]>([]);
let state = $state.raw<{ kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string }>({
  kind: 'loading',
});
/** What was wrong with the folder opened last; stays until the next is opened, since it has to be read. */
let importError = $state.raw<string | null>(null);
let isImporting = $state(false);
let importProgress = $state.raw<ImportProgress | null>(null);
/** What the last import did; stays until it is dismissed or the next begins. */
let importReport = $state.raw<ImportReport | null>(null);

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
  get importProgress(): ImportProgress | null {
    return importProgress;
  },
  get importReport(): ImportReport | null {
    return importReport;
  },
};

export async function followDatasets(): Promise<void> {
  bridge.on('datasets-changed', (items) => (list = items));
  bridge.on('import-progress', (progress) => (importProgress = progress));
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

/** Opens the system's dialog and imports what is chosen; null where the person closed it or it was refused. */
export async function openDataset(
  choose: 'folder' | 'file',
  choices: ImportChoices = defaultImportChoices,
): Promise<DatasetDescription | null> {
  isImporting = true;
  importError = null;
  importReport = null;
  try {
    const report = await bridge.lab.importDataset({ choose }, choices);
    if (report) await reloadDatasets();
    importReport = report;
    return report?.dataset ?? null;
  } catch (error) {
    importError = messageOf(error);
    return null;
  } finally {
    isImporting = false;
  }
}

export const cancelImport = (): Promise<void> => bridge.lab.cancelImport();

export function dismissImportError(): void {
  importError = null;
}

export function dismissImportReport(): void {
  importReport = null;
}
