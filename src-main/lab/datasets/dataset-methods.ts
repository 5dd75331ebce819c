import type { ImportOrigin, ImportProgress, LabApi } from '../../contract/index.ts';
import type { DatasetCatalogue } from '../../datasets/catalogue.ts';
import { UndecidedImportError } from '../../datasets/naming/undecided-import.ts';
import type { LabEnvironment } from '../environment.ts';
import type { LabEmitter } from '../events.ts';
import { LabError } from '../lab-error.ts';
import { createOneAtATime } from '../one-at-a-time.ts';

/** The methods of the lab that are about datasets. */
export type DatasetMethods = Pick<
  LabApi,
  'listDatasets' | 'readDatasetContent' | 'importDataset' | 'downloadDataset' | 'cancelImport'
>;

interface DatasetMethodParts {
  environment: LabEnvironment;
  catalogue: DatasetCatalogue;
  events: LabEmitter;
  /** @throws where the data folder was opened for reading */
  requireWrite(): void;
}

interface Watching {
  onProgress(progress: ImportProgress): void;
  signal: AbortSignal;
}

/** One import or download at a time, announced to everyone who listens. */
export function createDatasetMethods(parts: DatasetMethodParts): DatasetMethods {
  const { environment, catalogue, events, requireWrite } = parts;
  /** What the last import could not decide, and so may be imported again without being chosen. */
  let asked: string | null = null;
  const fetching = createOneAtATime('Another import or download is under way. Wait for it, or cancel it.', () =>
    events.emit('import-progress', null),
  );

  /** @param dataset the known one that is fetched, null for an import */
  const alone = <T>(dataset: string | null, work: (watching: Watching) => Promise<T>): Promise<T> =>
    fetching.run(async (signal) => {
      const onProgress = (progress: ImportProgress) => events.emit('import-progress', { ...progress, dataset });
      const result = await work({ onProgress, signal });
      events.emit('datasets-changed', await catalogue.list());
      return result;
    });

  async function pathOf(from: ImportOrigin): Promise<string | null> {
    if ('path' in from) return from.path;
    if (from.choose !== 'asked') return choose(environment, from.choose);
    if (asked !== null) return asked;
    throw new Error('No import is waiting for an answer. Choose the folder or file again.');
  }

  return {
    listDatasets: () => catalogue.list(),
    readDatasetContent: (id) => catalogue.content(id),
    async importDataset(from, choices) {
      requireWrite();
      const path = await pathOf(from);
      if (path === null) return null;
      try {
        const report = await alone(null, (watching) => catalogue.importFrom(path, choices, watching));
        asked = null;
        return report;
      } catch (error) {
        // What came of an answer leaves the question open to another.
        const isOpen = error instanceof UndecidedImportError || path === asked;
        asked = isOpen ? path : null;
        if (error instanceof UndecidedImportError) return error.question;
        throw error;
      }
    },
    async downloadDataset(id) {
      requireWrite();
      return alone(id, (watching) => catalogue.download(id, watching));
    },
    cancelImport: fetching.cancel,
  };
}

async function choose({ chooseDataset }: LabEnvironment, what: 'folder' | 'file'): Promise<string | null> {
  if (chooseDataset) return chooseDataset(what);
  throw new LabError('Name the folder or file that holds the dataset.');
}
