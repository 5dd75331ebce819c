import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImportProgress } from '../../contract/index.ts';
import {
  CACHE_EXTENSION,
  PARTIAL_SUFFIX,
  partialPrefix,
  readCacheHeader,
  type CacheAbout,
  type CacheHeader,
} from '../cache-header.ts';
import { writeCacheFile, writeKeptFiles, type CacheWriting, type PendingCacheFile } from '../cache-writing.ts';
import { DatasetError, isSystemError, systemRefusal } from '../dataset-error.ts';
import { sum } from '../../numerics/sum.ts';
import { SPLIT_NAMES, type ImageSource, type ImportFindings, type SplitName } from '../image-source.ts';
import { knownByName, matchKnownDataset, whatIsMissing, type KnownDataset } from '../known-datasets.ts';
import { collectFindings } from './findings.ts';
import { openSource } from './open-source.ts';
import { matchOrAsk, nameTaken } from './other-names.ts';
import { createProgressMeter } from './progress-meter.ts';
import type { ImportOutcome, ImportRequest } from './protocol.ts';
import { commitWithRoom } from './require-room.ts';

/** Empty classes that are named one by one. */
const LISTED_CLASSES = 10;

/**
 * Imports a folder or file: reads it, writes its copy and gives that its name, all or nothing.
 * @throws DatasetError in words for the reader; the signal's reason where it was cancelled
 */
export async function runImport(
  { path, choices, folder, expectedId, isOfficial = false }: ImportRequest,
  tell: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  await removeForeignPartials(folder);
  const report = collectFindings(choices.onBadFile);
  const meter = createProgressMeter(tell);
  meter('Looking through the files', 0, 0);
  const source = await openSource(path, { choices, report, signal });
  try {
    signal.throwIfAborted();
    const { name } = choices;
    // A copy that is made anew has had its name before there was this rule.
    const mayBePart = isOfficial || expectedId !== undefined;
    const isPart = (known: KnownDataset) => !mayBePart && isLess(source.counts, known);
    const known =
      name === null
        ? null
        : matchOrAsk(path, folder, name, () => {
            const match = matchKnownDataset(name, source);
            // Their counts are the most that may come: what is a part already need not be read.
            if (match && isPart(match)) throw new DatasetError(notWhole(match, source.counts));
            return match;
          });
    const about = {
      title: known?.title ?? choices.name ?? source.title,
      source: `Imported from ${path} (${source.kind})`,
      licence: known?.licence ?? null,
      origin: path,
      choices,
    };
    const named: ImageSource = { ...source, classes: [...(known?.classes ?? source.classes)] };
    const pending = await write(folder, about, named, {
      onSamples: (done, total) => meter('Reading images', done, total),
      signal,
      summarise(header) {
        tellEmptyClasses(header, report);
        if (choices.name === null) tellOfTheAlike(path, header, report);
        return report.summary();
      },
    });
    const prefix = choices.keepFiles ? 'files' : source.prefix;
    const id = choices.name ?? contentId(prefix, pending.header);
    const whole = mayBePart ? null : known;
    await commitCopy(pending, { path, folder, id, expectedId: expectedId ?? id, whole }, signal);
    const { contentSha256 } = pending.header;
    return { id, kind: source.kind, contentSha256, skipped: [...report.skipped], ...report.summary() };
  } finally {
    await source.close?.();
  }
}

async function write(
  folder: string,
  about: CacheAbout,
  source: ImageSource,
  writing: CacheWriting,
): Promise<PendingCacheFile> {
  try {
    const { keptFiles } = source;
    // Where files are to be kept and cannot be, `refuseUnusedChoices` has said so.
    if (!about.choices?.keepFiles || !keptFiles) return await writeCacheFile(folder, about, source, writing);
    return await writeKeptFiles(folder, about, { ...source, keptFiles }, writing);
  } catch (error) {
    throw isSystemError(error) ? systemRefusal(folder, error, 'written') : error;
  }
}

interface Naming {
  path: string;
  folder: string;
  id: string;
  expectedId: string;
  /** The known dataset that it must be all of. */
  whole: KnownDataset | null;
}

/** Gives the copy its name, unless other content has that name already. */
async function commitCopy(
  pending: PendingCacheFile,
  { path, folder, id, expectedId, whole }: Naming,
  signal: AbortSignal,
): Promise<void> {
  const file = join(folder, `${id}${CACHE_EXTENSION}`);
  try {
    signal.throwIfAborted();
    requireSamples(pending.header);
    const { trainCount, testCount } = pending.header;
    const found = { train: trainCount, test: testCount };
    if (whole && whatIsMissing(whole, found) !== null) throw nameTaken(path, folder, id, notWhole(whole, found));
    if (id !== expectedId) throw new DatasetError(`The content is that of ${id}, not of ${expectedId}.`);
    const present = await readCacheHeader(file).catch(() => null);
    if (present !== null && !isSameContent(present, pending.header)) {
      const where = present.origin ?? present.source;
      const problem = `There is a dataset ${id} with other content (from ${where}). Choose another name, or remove that one first.`;
      throw nameTaken(path, folder, id, problem);
    }
    await commitWithRoom(pending, file);
  } catch (error) {
    await pending.discard();
    throw isSystemError(error) ? systemRefusal(file, error, 'written') : error;
  }
}

/** A class may have lost all of its images, or never had any in one of the splits. */
function tellEmptyClasses(
  { classes, classCounts }: Pick<CacheHeader, 'classes' | 'classCounts'>,
  report: ImportFindings,
): void {
  for (const split of SPLIT_NAMES) {
    const empty = classes.filter((_, label) => classCounts?.[split][label] === 0);
    if (empty.length === 0) continue;
    const rest = empty.length - LISTED_CLASSES;
    const more = rest > 0 ? ` and ${rest} more ${rest === 1 ? 'class' : 'classes'}` : '';
    report.note(
      `The ${split === 'train' ? 'training' : 'test'} split has no image of ${empty.slice(0, LISTED_CLASSES).join(', ')}${more}.`,
    );
  }
}

const isLess = (counts: Record<SplitName, number>, { trainCount, testCount }: KnownDataset): boolean =>
  counts.train < trainCount || counts.test < testCount;

/** What bears the name of a known dataset is taken for it, by people at least: it must be all of it. */
const notWhole = (known: KnownDataset, found: Record<SplitName, number>): string =>
  `${whatIsMissing(known, found)} Choose another name for what is not all of it.`;

/** What is called like a known dataset may be it. */
function tellOfTheAlike(path: string, { classCounts }: Pick<CacheHeader, 'classCounts'>, report: ImportFindings): void {
  const counts = { train: sum(classCounts?.train ?? []), test: sum(classCounts?.test ?? []) };
  const alike = knownByName(basename(path));
  if (alike === null) return;
  report.note(
    whatIsMissing(alike, counts) === null
      ? `It is called like ${alike.title}: import it under the name ${alike.id} to use it as that.`
      : `It is called like ${alike.title}, which has ${alike.trainCount.toLocaleString('en-GB')} training images, but is not it.`,
  );
}

function requireSamples({ trainCount, testCount }: CacheHeader): void {
  if (trainCount > 0 && testCount > 0) return;
  throw new DatasetError(`No ${trainCount === 0 ? 'training' : 'test'} image could be used. Nothing was imported.`);
}

const isSameContent = (a: CacheHeader, b: CacheHeader) =>
  a.contentSha256 === b.contentSha256 && contentId('', a) === contentId('', b);

/** Eight hexadecimal digits over content and shape: the same files give the same id wherever they are. */
function contentId(prefix: string, { shape, trainCount, testCount, contentSha256 }: CacheHeader): string {
  const text = JSON.stringify([shape, trainCount, testCount, contentSha256]);
  return `${prefix}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** What processes that are gone left half-written: whoever imports has the data folder alone. */
async function removeForeignPartials(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const isForeign = name.endsWith(PARTIAL_SUFFIX) && !name.startsWith(partialPrefix());
    if (isForeign) await rm(join(folder, name), { force: true });
  }
}
