import { createHash } from 'node:crypto';
import { access, readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { DatasetDescription, TrainingData } from '../contract/index.ts';
import {
  DamagedCacheError,
  PARTIAL_SUFFIX,
  contentChecksum,
  readCacheFile,
  readCacheHeader,
  writeCacheFile,
  type CacheHeader,
} from './cache-file.ts';
import { DatasetError } from './dataset-error.ts';
import { readIdxFolder } from './idx-folder.ts';
import { knownDatasets, type KnownDataset } from './known-datasets.ts';
import { createLoadedData } from './loaded-data.ts';
import type { OnProgress, SourceData } from './source-data.ts';
import { channelStatistics } from './statistics.ts';

export interface DatasetCatalogue {
  /** Known datasets first, then imported ones by title. Never rejects because of one damaged dataset. */
  list(): Promise<DatasetDescription[]>;
  /** @throws DatasetError where there is no dataset of that id */
  describe(id: string): Promise<DatasetDescription>;
  /**
   * Copies a folder of four IDX files into the data folder, where it is listed from then on; the folder may go away.
   * The same content gets the same id.
   * @throws DatasetError that names the file at fault; nothing is imported then
   */
  importFolder(folder: string, onProgress?: OnProgress): Promise<DatasetDescription>;
  /**
   * The images in shared memory; one copy for everyone who holds on to the answer. The first use of a known dataset
   * prepares its copy in the data folder; a damaged copy is prepared again.
   * @throws DatasetError where it is missing, or damaged beyond repair
   */
  load(id: string, onProgress?: OnProgress): Promise<TrainingData>;
}

export interface CatalogueOptions {
  /** Copies are kept in its folder `datasets`. */
  dataFolder: string;
  /** Where Fashion-MNIST is looked for; Debian's place unless given. */
  fashionMnistFolder?: string;
}

const EXTENSION = '.espdata';
const IMPORTED_ID = /^idx-[0-9a-f]{8}$/;
const STALE_PARTIAL_MILLISECONDS = 3_600_000;

/** The datasets of this machine and this data folder. */
export function createDatasetCatalogue({ dataFolder, fashionMnistFolder }: CatalogueOptions): DatasetCatalogue {
  const folder = join(dataFolder, 'datasets');
  const known = knownDatasets(fashionMnistFolder);
  const loaded = createLoadedData();
  const cacheFile = (id: string) => join(folder, `${id}${EXTENSION}`);

  async function list(): Promise<DatasetDescription[]> {
    const imported = await Promise.all((await importedIds()).map(describeImported));
    imported.sort((a, b) => a.title.localeCompare(b.title, 'en') || a.id.localeCompare(b.id, 'en'));
    return [...(await Promise.all(known.map(describeKnown))), ...imported];
  }

  async function describe(id: string): Promise<DatasetDescription> {
    const dataset = known.find((each) => each.id === id);
    if (dataset) return describeKnown(dataset);
    if (IMPORTED_ID.test(id) && (await exists(cacheFile(id)))) return describeImported(id);
    const ids = [...known.map((each) => each.id), ...(await importedIds())];
    throw new DatasetError(`There is no dataset ${id}. The datasets are ${ids.join(', ')}.`);
  }

  async function importFolder(chosen: string, onProgress?: OnProgress): Promise<DatasetDescription> {
    const origin = resolve(chosen);
    const imported = await readImport(origin, onProgress);
    await store(imported.id, imported.header, imported.data);
    onProgress?.({ text: 'Done', share: 1 });
    return describeImported(imported.id);
  }

  async function readImport(origin: string, onProgress?: OnProgress) {
    const data = await readIdxFolder(origin, null, scaled(onProgress, 0, 0.6));
    const about = { title: basename(origin) || origin, source: `Imported from ${origin}`, licence: null, origin };
    const header = await measure(about, data, onProgress);
    return { id: importedId(data, header.contentSha256), header, data };
  }

  async function load(id: string, onProgress?: OnProgress): Promise<TrainingData> {
    return loaded.get(id, async () => {
      const dataset = known.find((each) => each.id === id);
      if (!dataset) await describe(id);
      try {
        return await readCacheFile(cacheFile(id));
      } catch (error) {
        if (dataset && isUnusable(error)) return prepareKnown(dataset, onProgress);
        if (error instanceof DamagedCacheError) return repairImported(id, error, onProgress);
        throw error;
      }
    });
  }

  async function prepareKnown(dataset: KnownDataset, onProgress?: OnProgress): Promise<TrainingData> {
    const origin = await dataset.locate();
    if (origin === null) throw new DatasetError(`${dataset.title} is not on this machine. ${dataset.missingHint}`);
    const data = await dataset.read(origin, scaled(onProgress, 0, 0.6));
    const { id, title, source, licence } = dataset;
    await store(id, await measure({ title, source, licence, origin }, data, onProgress), data);
    return readCacheFile(cacheFile(id));
  }

  /** The folder it came from may still be there, with the same content. */
  async function repairImported(id: string, damage: Error, onProgress?: OnProgress): Promise<TrainingData> {
    const header = await readCacheHeader(cacheFile(id)).catch(() => null);
    const origin = header?.origin ?? null;
    if (origin !== null && (await exists(origin))) {
      const again = await readImport(origin, onProgress).catch(() => null);
      if (again?.id === id) {
        await store(id, again.header, again.data);
        return readCacheFile(cacheFile(id));
      }
    }
    const from = origin === null ? 'its folder' : origin;
    throw new DatasetError(
      `${cacheFile(id)}: the copy of ${header?.title ?? id} is damaged (${damage.message}). Import ${from} again.`,
      cacheFile(id),
    );
  }

  async function store(id: string, header: CacheHeader, data: SourceData): Promise<void> {
    try {
      await writeCacheFile(cacheFile(id), header, data);
    } catch (error) {
      throw new DatasetError(
        `${cacheFile(id)}: cannot be written (${(error as Error).message}). Check the free space and the permissions.`,
        cacheFile(id),
      );
    }
  }

  async function describeKnown(dataset: KnownDataset): Promise<DatasetDescription> {
    const { id, title, source, licence, shape, classes, trainCount, testCount } = dataset;
    const base = { id, title, source, licence, shape, classes: [...classes], trainCount, testCount };
    if (await readCacheHeader(cacheFile(id)).catch(() => null)) return { ...base, state: 'ready', hint: null };
    if ((await dataset.locate()) !== null) return { ...base, state: 'available', hint: null };
    return { ...base, state: 'missing', hint: dataset.missingHint };
  }

  async function describeImported(id: string): Promise<DatasetDescription> {
    try {
      const { title, source, licence, shape, classes, trainCount, testCount } = await readCacheHeader(cacheFile(id));
      return { id, title, state: 'ready', hint: null, source, licence, shape, classes, trainCount, testCount };
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
    return names.map((name) => basename(name, EXTENSION)).filter((id) => IMPORTED_ID.test(id));
  }

  /** What a crash in the middle of an import left behind. */
  async function removeStalePartials(names: string[]): Promise<void> {
    for (const name of names.filter((each) => each.endsWith(PARTIAL_SUFFIX))) {
      const file = join(folder, name);
      const modified = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
      if (Date.now() - modified > STALE_PARTIAL_MILLISECONDS) await rm(file, { force: true });
    }
  }

  return { list, describe, importFolder, load };
}

/** Statistics and checksum: everything the copy's header says. */
async function measure(
  about: Pick<CacheHeader, 'title' | 'source' | 'licence' | 'origin'>,
  data: SourceData,
  onProgress: OnProgress = () => {},
): Promise<CacheHeader> {
  onProgress({ text: 'Measuring the images', share: 0.6 });
  const statistics = await channelStatistics(data.train.pixels, data.shape[2]);
  onProgress({ text: 'Computing the checksum', share: 0.8 });
  const contentSha256 = await contentChecksum(data);
  onProgress({ text: 'Writing the copy', share: 0.9 });
  return {
    version: 1,
    ...about,
    shape: data.shape,
    classes: data.classes,
    trainCount: data.train.count,
    testCount: data.test.count,
    ...statistics,
    contentSha256,
  };
}

/** Eight hexadecimal digits over content and shape: the same files give the same id wherever they lie. */
function importedId({ shape, train, test }: SourceData, contentSha256: string): string {
  const text = JSON.stringify([shape, train.count, test.count, contentSha256]);
  return `idx-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

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
