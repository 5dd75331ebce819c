import type { ImportChoices, ImportOrigin, ImportReport } from '../contract/index.ts';
import type { DatasetCatalogue } from '../datasets/catalogue.ts';
import type { LabEnvironment } from './environment.ts';
import type { LabEmitter } from './events.ts';

export interface DatasetImports {
  /** @throws where one is under way already, and whatever the catalogue throws */
  start(from: ImportOrigin, choices: ImportChoices): Promise<ImportReport | null>;
  /** Settles once nothing is imported any more. */
  cancel(): Promise<void>;
}

interface DatasetImportParts {
  environment: LabEnvironment;
  catalogue: DatasetCatalogue;
  events: LabEmitter;
}

/** One import at a time, told to everyone who listens. */
export function createDatasetImports({ environment, catalogue, events }: DatasetImportParts): DatasetImports {
  let current: { cancelling: AbortController; ended: Promise<unknown> } | null = null;

  async function run(path: string, choices: ImportChoices, signal: AbortSignal): Promise<ImportReport> {
    try {
      const onProgress = (progress: Parameters<typeof announce>[0]) => announce(progress);
      const report = await catalogue.importFrom(path, choices, { onProgress, signal });
      events.emit('datasets-changed', await catalogue.list());
      return report;
    } finally {
      current = null;
      announce(null);
    }
  }

  const announce = (progress: Parameters<typeof events.emit<'import-progress'>>[1]): void =>
    events.emit('import-progress', progress);

  return {
    async start(from, choices) {
      const path = 'path' in from ? from.path : await choose(environment, from.choose);
      if (path === null) return null;
      if (current) throw new Error('Another import is under way. Wait for it, or cancel it.');
      const cancelling = new AbortController();
      const ended = run(path, choices, cancelling.signal);
      current = { cancelling, ended };
      return ended;
    },
    async cancel() {
      current?.cancelling.abort();
      await current?.ended.catch(() => undefined);
    },
  };
}

async function choose({ chooseDataset }: LabEnvironment, what: 'folder' | 'file'): Promise<string | null> {
  if (chooseDataset) return chooseDataset(what);
  throw new Error('Name the folder or file that holds the dataset.');
}
