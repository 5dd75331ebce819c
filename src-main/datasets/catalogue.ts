import { access, readdir, rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  datasetId,
  type DatasetDescription,
  type ImportChoices,
  type ImportProgress,
  type ImportReport,
  type StreamedData,
  type TrainingData,
} from '../contract/index.ts';
import * as v from 'valibot';
import {
  CACHE_EXTENSION,
  DamagedCacheError,
  PARTIAL_SUFFIX,
  contentBytes,
  openCacheFile,
  readCacheFile,
  readCacheHeader,
  writeCacheFile,
  type CacheHeader,
} from './cache-file.ts';
import { DatasetError } from './dataset-error.ts';
import { splitBlocks } from './image-source.ts';
import { startImport } from './import/start-import.ts';
import { knownDatasets, type KnownDataset } from './known-datasets.ts';
import { createLoadedData } from './loaded-data.ts';
import type { OnProgress } from './source-data.ts';

export interface ImportWatching {
  onProgress?(progress: ImportProgress): void;
  /** Cancels; nothing is imported then. */
  signal?: AbortSignal;
}

export interface DatasetCatalogue {
  /** Known datasets first, then imported ones by title. Never rejects because of one damaged dataset. */
  list(): Promise<DatasetDescription[]>;
  /** @throws DatasetError where there is no dataset of that id */
  describe(id: string): Promise<DatasetDescription>;
  /**
   * Copies what a folder or file holds into the data folder, where it is listed from then on; the original may go away.
   * Without a name the same content gets the same id. Runs in a thread of its own.
   * @throws DatasetError that names the file at fault, ImportCancelledError; nothing is imported then
   */
  importFrom(path: string, choices: ImportChoices, watching?: ImportWatching): Promise<ImportReport>;
  /**
   * The images in shared memory; one copy for everyone who holds on to the answer. The first use of a known dataset
   * prepares its copy in the data folder; a damaged copy is prepared again.
   * @throws DatasetError where it is missing, or damaged beyond repair
   */
  load(id: string, onProgress?: OnProgress): Promise<TrainingData>;
  /**
   * What a run trains on: the same, except that the images of a dataset above `residentBytes` stay in its file.
   * @throws DatasetError as `load` does
   */
  open(id: string, onProgress?: OnProgress): Promise<TrainingData | StreamedData>;
}

export interface CatalogueOptions {
  /** Copies are kept in its folder `datasets`. */
  dataFolder: string;
  /** Entry of the import thread. */
  importWorker: URL;
  /** Larger datasets are read from their copy while they are trained on; a quarter of the memory, 4 GiB at most. */
  residentBytes?: number;
  /** Where Fashion-MNIST is looked for; Debian's place unless given. */
  fashionMnistFolder?: string;
}

const STALE_PARTIAL_MILLISECONDS = 3_600_000;

/** The datasets of this machine and this data folder. */
export function createDatasetCatalogue(options: CatalogueOptions): DatasetCatalogue {
  const {
    dataFolder,
    importWorker,
    fashionMnistFolder,
    residentBytes = Math.min(4 * 2 ** 30, totalmem() / 4),
  } = options;
  const folder = join(dataFolder, 'datasets');
  const known = knownDatasets(fashionMnistFolder);
  const loaded = createLoadedData();
  const cacheFile = (id: string) => join(folder, `${id}${CACHE_EXTENSION}`);
  const isKnown = (id: string) => known.some((each) => each.id === id);

  async function list(): Promise<DatasetDescription[]> {
    const imported = await Promise.all((await importedIds()).map(describeImported));
    imported.sort((a, b) => a.title.localeCompare(b.title, 'en') || a.id.localeCompare(b.id, 'en'));
    return [...(await Promise.all(known.map(describeKnown))), ...imported];
  }

  async function describe(id: string): Promise<DatasetDescription> {
    const dataset = known.find((each) => each.id === id);
    if (dataset) return describeKnown(dataset);
    if (v.is(datasetId, id) && (await exists(cacheFile(id)))) return describeImported(id);
    const ids = [...known.map((each) => each.id), ...(await importedIds())];
    throw new DatasetError(`There is no dataset ${id}. The datasets are ${ids.join(', ')}.`);
  }

  async function importFrom(
    chosen: string,
    choices: ImportChoices,
    { onProgress = () => {}, signal }: ImportWatching = {},
  ): Promise<ImportReport> {
    const startedAt = performance.now();
    const request = { path: resolve(chosen), choices, folder };
    const { id, ...outcome } = await startImport(importWorker, request, onProgress, signal);
    loaded.forget(id);
    return { dataset: await describe(id), ...outcome, seconds: (performance.now() - startedAt) / 1000 };
  }

  async function load(id: string, onProgress?: OnProgress): Promise<TrainingData> {
    return loaded.get(id, async () => {
      const dataset = known.find((each) => each.id === id);
      if (!dataset) await describe(id);
      try {
        return await readCacheFile(cacheFile(id));
      } catch (error) {
        if (!isUnusable(error)) throw error;
        const header = await readCacheHeader(cacheFile(id)).catch(() => null);
        if (dataset && !header?.choices) return prepareKnown(dataset, onProgress);
        return repairImported(id, header, error as Error);
      }
    });
  }

  async function openToTrain(id: string, onProgress?: OnProgress): Promise<TrainingData | StreamedData> {
    const file = cacheFile(id);
    const header = v.is(datasetId, id) ? await readCacheHeader(file).catch(() => null) : null;
    if (header === null || contentBytes(header) <= residentBytes) return load(id, onProgress);
    return openCacheFile(file);
  }

  async function prepareKnown(dataset: KnownDataset, onProgress: OnProgress = () => {}): Promise<TrainingData> {
    const { id, title, source, licence } = dataset;
    const origin = await dataset.locate();
    if (origin === null) throw new DatasetError(`${title} is not on this machine. ${dataset.missingHint}`);
    const { shape, classes, ...splits } = await dataset.read(origin, scaled(onProgress, 0, 0.6));
    onProgress({ text: 'Writing the copy', share: 0.6 });
    const about = { title, source, licence, origin, choices: null };
    const counts = { train: splits.train.count, test: splits.test.count };
    try {
      const read = (split: 'train' | 'test') => splitBlocks(splits[split]);
      const pending = await writeCacheFile(folder, about, { shape, classes, counts, read });
      await pending.commit(cacheFile(id));
    } catch (error) {
      throw new DatasetError(
        `${cacheFile(id)}: cannot be written (${(error as Error).message}). Check the free space and the permissions.`,
        cacheFile(id),
      );
    }
    return readCacheFile(cacheFile(id));
  }

  /** What it came from may still be there, with the same content. */
  async function repairImported(id: string, header: CacheHeader | null, damage: Error): Promise<TrainingData> {
    const origin = header?.origin ?? null;
    if (header?.choices && origin !== null && (await exists(origin))) {
      // The header stands, so the import refuses to put other content in its place.
      const request = { path: origin, choices: header.choices, folder, expectedId: id };
      const again = await startImport(importWorker, request, () => {}).catch(() => null);
      if (again?.id === id) return readCacheFile(cacheFile(id));
    }
    throw new DatasetError(
      `${cacheFile(id)}: the copy of ${header?.title ?? id} is damaged (${damage.message}). ` +
        `Import ${origin ?? 'its folder'} again.`,
      cacheFile(id),
    );
  }

  async function describeKnown(dataset: KnownDataset): Promise<DatasetDescription> {
    const { id, title, source, licence, shape, classes, trainCount, testCount } = dataset;
    const base = { id, title, source, licence, shape, classes: [...classes], trainCount, testCount };
    const header = await readCacheHeader(cacheFile(id)).catch(() => null);
    if (header) return describeHeader(id, header, isComplete(header, dataset) ? null : incomplete(header, dataset));
    if ((await dataset.locate()) !== null) return { ...base, state: 'available', hint: null };
    return { ...base, state: 'missing', hint: dataset.missingHint };
  }

  async function describeImported(id: string): Promise<DatasetDescription> {
    try {
      return describeHeader(id, await readCacheHeader(cacheFile(id)), null);
    } catch (error) {
      return {
        id,
        title: id,
        state: 'missing',
        hint: `Its copy ${cacheFile(id)} is damaged (${(error as Error).message}). Import its folder again.`,
        source: 'Imported',
        licence: null,
        shape: [0, 0, 0],
        classes: [],
        trainCount: 0,
        testCount: 0,
      };
    }
  }

  async function importedIds(): Promise<string[]> {
    const names = await readdir(folder).catch(() => [] as string[]);
    await removeStalePartials(names);
    return names
      .filter((name) => name.endsWith(CACHE_EXTENSION))
      .map((name) => basename(name, CACHE_EXTENSION))
      .filter((id) => v.is(datasetId, id) && !isKnown(id));
  }

  /** What a crash in the middle of an import left behind. */
  async function removeStalePartials(names: string[]): Promise<void> {
    for (const name of names.filter((each) => each.endsWith(PARTIAL_SUFFIX))) {
      const file = join(folder, name);
      const modified = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
      if (Date.now() - modified > STALE_PARTIAL_MILLISECONDS) await rm(file, { force: true });
    }
  }

  return { list, describe, importFrom, load, open: openToTrain };
}

function describeHeader(id: string, header: CacheHeader, hint: string | null): DatasetDescription {
  const { title, source, licence, shape, classes, trainCount, testCount } = header;
  return { id, title, state: 'ready', hint, source, licence, shape, classes, trainCount, testCount };
}

const isComplete = (found: CacheHeader, { trainCount, testCount }: KnownDataset) =>
  found.trainCount === trainCount && found.testCount === testCount;

const incomplete = (found: CacheHeader, { title, trainCount, testCount }: KnownDataset) =>
  `${title} has ${number(trainCount)} training and ${number(testCount)} test images; what was imported under its name ` +
  `has ${number(found.trainCount)} and ${number(found.testCount)}.`;

const number = (value: number) => value.toLocaleString('en-GB');

function isUnusable(error: unknown): boolean {
  return error instanceof DamagedCacheError || (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function scaled(onProgress: OnProgress | undefined, from: number, to: number): OnProgress {
  return ({ text, share }) => onProgress?.({ text, share: from + share * (to - from) });
}
