import { defaultImportChoices, type DatasetDescription } from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';

let list = $state.raw<readonly DatasetDescription[]>([]);
let state = $state.raw<{ kind: 'loading' } | { kind: 'ready' } | { kind: 'failed'; message: string }>({
  kind: 'loading',
});
/** What was wrong with the folder opened last; stays until the next is opened, since it has to be read. */
let importError = $state.raw<string | null>(null);
let isImporting = $state(false);

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
};

export async function followDatasets(): Promise<void> {
  bridge.on('datasets-changed', (items) => (list = items));
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

/** Opens the folder dialog and imports what is chosen; null where the person closed it or the folder was refused. */
export async function openDatasetFolder(): Promise<DatasetDescription | null> {
  isImporting = true;
  importError = null;
  try {
    const report = await bridge.lab.importDataset({ choose: 'folder' }, defaultImportChoices);
    if (report) await reloadDatasets();
    return report?.dataset ?? null;
  } catch (error) {
    importError = messageOf(error);
    return null;
  } finally {
    isImporting = false;
  }
}

export function dismissImportError(): void {
  importError = null;
}
