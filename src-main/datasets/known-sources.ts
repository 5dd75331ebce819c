import { join } from 'node:path';
import {
  defaultImportChoices,
  type DatasetDescription,
  type ImportProgress,
  type OfficialFiles,
} from '../contract/index.ts';
import { CACHE_EXTENSION, readCacheHeader, type CacheHeader } from './cache-header.ts';
import { writeCacheFile } from './cache-writing.ts';
import { DatasetError, isSystemError, systemRefusal } from './dataset-error.ts';
import {
  areOfficialFilesThere,
  byHand,
  bytesOf,
  checkOfficialFiles,
  downloadOfficialFiles,
} from './download/download-official.ts';
import { splitBlocks } from './image-source.ts';
import { commitWithRoom } from './import/require-room.ts';
import { startImport } from './import/start-import.ts';
import { whatIsMissing, type KnownDataset, type PackagedDataset } from './known-datasets.ts';
import { asShares, type OnProgress } from './source-data.ts';

export interface KnownSourcesOptions {
  dataFolder: string;
  /** Where copies are kept. */
  folder: string;
  importWorker: URL;
  /** Address of a folder that holds every dataset's official files in a folder of its identifier. */
  mirror?: string;
}

export interface FetchWatching {
  onProgress?(progress: ImportProgress): void;
  signal?: AbortSignal;
}

/** Known datasets, from what this machine has or can fetch to their copies. */
export interface KnownSources {
  describe(dataset: KnownDataset): Promise<DatasetDescription>;
  /** Makes the copy from what is on this machine. @throws DatasetError that says how to get it, ImportCancelledError */
  prepare(dataset: KnownDataset, onProgress?: OnProgress, signal?: AbortSignal): Promise<void>;
  /** The same, and fetches the official files where nothing is here. @throws DatasetError, DownloadCancelledError */
  fetch(dataset: KnownDataset, watching?: FetchWatching): Promise<void>;
}

export function createKnownSources({ dataFolder, folder, importWorker, mirror }: KnownSourcesOptions): KnownSources {
  const cacheFile = (id: string) => join(folder, `${id}${CACHE_EXTENSION}`);
  const officialOf = ({ id, officialFiles }: KnownDataset): OfficialFiles => ({
    folder: join(dataFolder, 'downloads', id),
    files: mirror
      ? officialFiles.map((file) => ({ ...file, url: `${mirror.replace(/\/$/, '')}/${id}/${file.name}` }))
      : officialFiles,
  });

  async function describe(dataset: KnownDataset): Promise<DatasetDescription> {
    const { id, title, source, licence, shape, classes, trainCount, testCount, packaged } = dataset;
    const official = dataset.officialFiles.length > 0 ? officialOf(dataset) : null;
    const header = await readCacheHeader(cacheFile(id)).catch(() => null);
    if (header) {
      const found = { train: header.trainCount, test: header.testCount };
      return { ...describeHeader(id, header, whatIsMissing(dataset, found)), source, licence, official };
    }
    const base = { id, title, source, licence, shape, classes: [...classes], trainCount, testCount, official };
    const isHere =
      ((await packaged?.locate()) ?? null) !== null || (official !== null && (await areOfficialFilesThere(official)));
    if (isHere) return { ...base, state: 'available', hint: null, origin: null };
    return { ...base, state: 'missing', hint: missingHint(dataset), origin: null };
  }

  function missingHint(dataset: KnownDataset): string {
    if (dataset.officialFiles.length === 0) return dataset.missingHint;
    const { files } = officialOf(dataset);
    return `Can be downloaded (${megabytes(bytesOf(files))}). ${byHand(officialOf(dataset))} ${dataset.missingHint}`;
  }

  async function prepare(
    dataset: KnownDataset,
    onProgress: OnProgress = () => {},
    signal?: AbortSignal,
  ): Promise<void> {
    const { title, packaged } = dataset;
    const origin = (await packaged?.locate()) ?? null;
    if (packaged && origin !== null) return copyPackaged(dataset, packaged, origin, onProgress, signal);
    if (await areOfficialFilesThere(officialOf(dataset))) {
      return importOfficial(dataset, { onProgress: asShares(onProgress), signal });
    }
    throw new DatasetError(`${title} is not on this machine. ${missingHint(dataset)}`, null, 'machine');
  }

  async function fetch(dataset: KnownDataset, { onProgress = () => {}, signal }: FetchWatching = {}): Promise<void> {
    const { id, title, officialFiles, packaged } = dataset;
    if (await readCacheHeader(cacheFile(id)).catch(() => null)) return;
    const isPackaged = ((await packaged?.locate()) ?? null) !== null;
    if (isPackaged || officialFiles.length === 0) {
      const unit = 'images' as const;
      const tell: OnProgress = ({ text }) => onProgress({ text, unit, done: 0, total: 0, secondsLeft: null });
      return prepare(dataset, tell, signal);
    }
    await downloadOfficialFiles(officialOf(dataset), { title, onProgress, signal });
    await importOfficial(dataset, { onProgress, signal });
  }

  /** The files were fetched here, or put here by hand: they are what is published, or nothing is imported. */
  async function importOfficial(
    dataset: KnownDataset,
    { onProgress = () => {}, signal }: FetchWatching,
  ): Promise<void> {
    const official = officialOf(dataset);
    await checkOfficialFiles(official, signal);
    const [first] = official.files;
    const path = official.files.length === 1 ? join(official.folder, first.name) : official.folder;
    const choices = { ...defaultImportChoices, name: dataset.id };
    await startImport(importWorker, { path, choices, folder, isOfficial: true }, onProgress, signal);
  }

  async function copyPackaged(
    { id, title, source, licence }: KnownDataset,
    packaged: PackagedDataset,
    origin: string,
    onProgress: OnProgress,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { shape, classes, ...splits } = await packaged.read(origin, scaled(onProgress, 0, 0.6));
    onProgress({ text: 'Writing the copy', share: 0.6 });
    const about = { title, source, licence, origin, choices: null };
    const counts = { train: splits.train.count, test: splits.test.count };
    try {
      const read = (split: 'train' | 'test') => splitBlocks(splits[split]);
      const pending = await writeCacheFile(folder, about, { shape, classes, counts, read }, { signal });
      await commitWithRoom(pending, cacheFile(id));
    } catch (error) {
      throw isSystemError(error) ? systemRefusal(cacheFile(id), error, 'written') : error;
    }
  }

  return { describe, prepare, fetch };
}

export function describeHeader(id: string, header: CacheHeader, hint: string | null): DatasetDescription {
  const { title, source, licence, shape, classes, trainCount, testCount, origin } = header;
  const described = { id, title, hint, source, licence, shape, classes, trainCount, testCount, origin };
  return { ...described, state: 'ready', official: null };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;

function scaled(onProgress: OnProgress, from: number, to: number): OnProgress {
  return ({ text, share }) => onProgress({ text, share: from + share * (to - from) });
}
