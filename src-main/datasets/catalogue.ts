import { readdir, rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  datasetId,
  type DatasetContent,
  type DatasetDescription,
  type ImportChoices,
  type ImportProgress,
  type ImportReport,
  type StreamedData,
  type TrainingData,
} from '../contract/index.ts';
import * as v from 'valibot';
import { openCacheFile, readCacheFile } from './cache-file.ts';
import {
  CACHE_EXTENSION,
  PARTIAL_SUFFIX,
  contentBytes,
  partialPrefix,
  readCacheHeader,
  type CacheHeader,
} from './cache-header.ts';
import { DamagedCacheError } from './cache-io.ts';
import { readContent } from './content.ts';
import { DatasetError } from './dataset-error.ts';
import { startCheck, startImport } from './import/start-import.ts';
import { knownDatasets, type KnownDataset } from './known-datasets.ts';
import { createKnownSources, describeHeader, type FetchWatching } from './known-sources.ts';
import { createLoadedData } from './loaded-data.ts';
import { exists } from './exists.ts';
import { createSharedWork } from './shared-work.ts';
import { asShares, type OnProgress } from './source-data.ts';
import { verifyCopies, type DatasetVerification } from './verify-copies.ts';

export interface ImportWatching {
  onProgress?(progress: ImportProgress): void;
  /** Cancels; nothing is imported then. */
  signal?: AbortSignal;
}

export interface OpenWatching {
  /** Of a first use and of comparing image files. */
  onProgress?: OnProgress;
  /** Ends the wait with an ImportCancelledError. */
  signal?: AbortSignal;
}

export interface DatasetCatalogue {
  /** Known datasets first, then imported ones by title. Never rejects because of one damaged dataset. */
  list(): Promise<DatasetDescription[]>;
  /** @throws DatasetError where there is no dataset of that id */
  describe(id: string): Promise<DatasetDescription>;
  /** Looks into a ready dataset. @throws DatasetError where there is no such dataset, no copy, or a damaged one */
  content(id: string): Promise<DatasetContent>;
  /**
   * Copies what a folder or file holds into the data folder, where it is listed from then on; the original may go away.
   * Without a name the same content gets the same id. Runs in a thread of its own.
   * @throws DatasetError that names the file at fault, ImportCancelledError; nothing is imported then
   */
  importFrom(path: string, choices: ImportChoices, watching?: ImportWatching): Promise<ImportReport>;
  /**
   * Makes a known dataset ready, from what is on this machine or from its official files. What is ready stays.
   * @throws DatasetError that says what to put where; DownloadCancelledError
   */
  download(id: string, watching?: FetchWatching): Promise<DatasetDescription>;
  /**
   * The images in shared memory; one copy for everyone who holds on to the answer. The first use of a known dataset
   * prepares its copy in the data folder; a damaged copy is prepared again.
   * @throws DatasetError where it is missing, or damaged beyond repair
   */
  load(id: string): Promise<TrainingData>;
  /**
   * What a run trains on: the same, except that the images of a dataset above `residentBytes` stay in its file, and
   * those of one that was not copied in theirs, once these are found to be as they were.
   * @throws DatasetError as `load` does, and naming an image file that has changed or is gone; ImportCancelledError
   */
  open(id: string, watching?: OpenWatching): Promise<TrainingData | StreamedData>;
  /**
   * Compares every copy in the data folder with its checksums.
   * @param tell called with a dataset's name, and bytes of it that were read and that there are
   */
  verify(
    tell: (name: string, done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<DatasetVerification[]>;
}

export interface CatalogueOptions {
  /** Copies are kept in its folder `datasets`. */
  dataFolder: string;
  /** Entry of the import thread. */
  importWorker: URL;
  /** Larger datasets are read from their copy while they are trained on; a quarter of the memory, 4 GiB at most. */
  residentBytes?: number;
  /** Where Fashion-MNIST is looked for; Debian's folder unless given. */
  fashionMnistFolder?: string;
  /** The datasets known by name; Espalier's own unless given. */
  known?: readonly KnownDataset[];
  /** Where official files are fetched from, instead of their publishers: `mirror/ID/FILE`. */
  mirror?: string;
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
  const known = options.known ?? knownDatasets(fashionMnistFolder);
  const sources = createKnownSources({ dataFolder, folder, importWorker, mirror: options.mirror });
  const loaded = createLoadedData();
  const renewing = createSharedWork();
  const cacheFile = (id: string) => join(folder, `${id}${CACHE_EXTENSION}`);
  const isKnown = (id: string) => known.some((each) => each.id === id);

  const verify: DatasetCatalogue['verify'] = async (tell, signal) =>
    verifyCopies(
      [...known.map(({ id }) => id), ...(await importedIds())].map((id) => ({
        id,
        file: cacheFile(id),
        isKnown: isKnown(id),
      })),
      residentBytes,
      tell,
      signal,
    );

  async function list(): Promise<DatasetDescription[]> {
    const imported = await Promise.all((await importedIds()).map(describeImported));
    imported.sort((a, b) => a.title.localeCompare(b.title, 'en') || a.id.localeCompare(b.id, 'en'));
    return [...(await Promise.all(known.map(sources.describe))), ...imported];
  }

  async function describe(id: string): Promise<DatasetDescription> {
    const dataset = known.find((each) => each.id === id);
    if (dataset) return sources.describe(dataset);
    if (v.is(datasetId, id) && (await exists(cacheFile(id)))) return describeImported(id);
    const ids = [...known.map((each) => each.id), ...(await importedIds())];
    throw new DatasetError(`There is no dataset ${id}. The datasets are ${ids.join(', ')}.`);
  }

  async function content(id: string): Promise<DatasetContent> {
    const { state, title, hint } = await describe(id);
    if (state !== 'ready') throw new DatasetError(`${title} cannot be looked into. ${hint ?? 'Prepare it first.'}`);
    return readContent(id, cacheFile(id), importWorker).catch((error: unknown) => {
      if (!isUnusable(error)) throw error;
      throw new DatasetError(
        `${cacheFile(id)}: is damaged (${(error as Error).message}). Import it again.`,
        cacheFile(id),
        'machine',
      );
    });
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

  async function download(id: string, watching?: FetchWatching): Promise<DatasetDescription> {
    const dataset = known.find((each) => each.id === id);
    if (!dataset) {
      await describe(id);
      throw new DatasetError(
        `${id} was imported; what can be downloaded are ${known.map((each) => each.id).join(', ')}.`,
      );
    }
    await sources.fetch(dataset, watching);
    return sources.describe(dataset);
  }

  const load = (id: string, watching?: OpenWatching): Promise<TrainingData> =>
    whole(id, watching, () => loaded.get(id, () => readCacheFile(cacheFile(id))));

  async function openToTrain(id: string, watching: OpenWatching = {}): Promise<TrainingData | StreamedData> {
    const file = cacheFile(id);
    const header = await whole(id, watching, () => readCacheHeader(file));
    if (header.files) {
      await startCheck(importWorker, file, asShares(watching.onProgress), watching.signal);
      return openCacheFile(file);
    }
    if (contentBytes(header) <= residentBytes) return load(id, watching);
    return whole(id, watching, () => openCacheFile(file));
  }

  /** Reads a copy; one that is missing or damaged is made first, where that is possible. */
  async function whole<T>(id: string, watching: OpenWatching = {}, read: () => Promise<T>): Promise<T> {
    if (!isKnown(id)) await describe(id);
    try {
      return await read();
    } catch (error) {
      if (!isUnusable(error)) throw error;
      await renewing.join(id, (signal) => renew(id, error as Error, { ...watching, signal }), watching.signal);
      return read();
    }
  }

  async function renew(id: string, damage: Error, { onProgress, signal }: OpenWatching): Promise<void> {
    const dataset = known.find((each) => each.id === id);
    const header = await readCacheHeader(cacheFile(id)).catch(() => null);
    if (dataset && !header?.choices) return sources.prepare(dataset, onProgress, signal);
    return repairImported(id, header, damage, signal);
  }

  /** What it came from may still be there, with the same content. */
  async function repairImported(
    id: string,
    header: CacheHeader | null,
    damage: Error,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const origin = header?.origin ?? null;
    if (header?.choices && origin !== null && (await exists(origin))) {
      // The header stands, so the import refuses to put other content under its name.
      const request = { path: origin, choices: header.choices, folder, expectedId: id };
      const again = await startImport(importWorker, request, () => {}, signal).catch((error: unknown) => {
        if (signal?.aborted) throw error;
        return null;
      });
      if (again?.id === id) return;
    }
    throw new DatasetError(
      `${cacheFile(id)}: the copy of ${header?.title ?? id} is damaged (${damage.message}). ` +
        `Import ${origin ?? 'its folder'} again.`,
      cacheFile(id),
      'machine',
    );
  }

  async function describeImported(id: string): Promise<DatasetDescription> {
    try {
      const header = await readCacheHeader(cacheFile(id));
      const folder = header.files?.folder;
      if (folder === undefined || (await exists(folder))) return describeHeader(id, header, null);
      const hint = `Its images were in ${folder}, which is not there. Put it back, or import it from where it is now under the name ${id}.`;
      return { ...describeHeader(id, header, hint), state: 'missing' };
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
        origin: null,
        official: null,
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

  /** What a crash in the middle of an import left behind. What is still being written is touched all the time. */
  async function removeStalePartials(names: string[]): Promise<void> {
    const isForeign = (name: string) => !name.startsWith(partialPrefix());
    for (const name of names.filter((each) => each.endsWith(PARTIAL_SUFFIX) && isForeign(each))) {
      const file = join(folder, name);
      const modified = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
      if (Date.now() - modified > STALE_PARTIAL_MILLISECONDS) await rm(file, { force: true });
    }
  }

  return { list, describe, content, importFrom, download, load: (id) => load(id), open: openToTrain, verify };
}

function isUnusable(error: unknown): boolean {
  return error instanceof DamagedCacheError || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
