import { open, type FileHandle } from 'node:fs/promises';
import type { ImageSplit, StreamedData, StreamedSplit, TrainingData } from '../contract/index.ts';
import { readHeader, type CacheHeader } from './cache-header.ts';
import { DamagedCacheError, readFully } from './cache-io.ts';
import { sha256 } from './cooperative.ts';
import { allocateLabels, bytesOfLabels, labelBytes } from './labels.ts';
import { readKeptFiles, type KeptSplit } from './kept-files.ts';
import { packNames } from './streaming/file-names.ts';

/** The whole dataset, checked. @throws DamagedCacheError, or the system's ENOENT where there is no such file */
export async function readCacheFile(file: string): Promise<TrainingData> {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    if (header.files) throw new Error(`${file}: holds a list of files; its images are not here.`);
    const train = allocateSplit(header.trainCount, header);
    const test = allocateSplit(header.testCount, header);
    let at = contentStart;
    for (const part of contentParts({ train, test })) {
      await readFully(handle, part, at);
      at += part.length;
    }
    const { shape, classes, mean, deviation, contentSha256 } = header;
    if ((await sha256(contentParts({ train, test }))) !== contentSha256) {
      throw new DamagedCacheError('its content does not match its checksum');
    }
    return { shape, classes: classes.length, mean, deviation, train, test, contentSha256 };
  } finally {
    await handle.close();
  }
}

/**
 * The dataset with its images left where they are, to be read when a batch needs them. The header's checksum, the
 * file's size and the labels' range are checked; the content's checksum would mean reading all of it.
 * @throws DamagedCacheError, or the system's ENOENT where there is no such file
 */
export async function openCacheFile(file: string): Promise<StreamedData> {
  const handle = await open(file, 'r');
  try {
    const { header, contentStart } = await readHeader(handle);
    const { shape, classes, contentSha256 } = header;
    const splits = header.files
      ? await openKept(handle, header, contentStart)
      : await openPixels(handle, file, header, contentStart);
    return { shape, classes: classes.length, contentSha256, ...splits };
  } finally {
    await handle.close();
  }
}

type StreamedSplits = Pick<StreamedData, 'train' | 'test'>;

async function openPixels(
  handle: FileHandle,
  file: string,
  { shape, classes, trainCount, testCount }: CacheHeader,
  contentStart: number,
): Promise<StreamedSplits> {
  const imageBytes = shape[0] * shape[1] * shape[2];
  const openSplit = async (name: string, count: number, position: number): Promise<StreamedSplit> => {
    const labels = allocateLabels(count, classes.length);
    await readFully(handle, bytesOfLabels(labels), position + count * imageBytes);
    const bad = labels.findIndex((label) => label >= classes.length);
    if (bad >= 0) {
      throw new DamagedCacheError(
        `${name} sample ${bad} is labelled ${labels[bad]}, but the classes are 0 to ${classes.length - 1}`,
      );
    }
    return { count, labels, images: { kind: 'pixels', file, position } };
  };
  const train = await openSplit('training', trainCount, contentStart);
  const test = await openSplit(
    'test',
    testCount,
    contentStart + trainCount * (imageBytes + labelBytes(classes.length)),
  );
  return { train, test };
}

async function openKept(handle: FileHandle, header: CacheHeader, contentStart: number): Promise<StreamedSplits> {
  const { folder, resize, scale } = header.files ?? { folder: '', resize: 'stretch' as const, scale: null };
  const { train, test } = await readKeptFiles(handle, header, contentStart);
  const toSplit = ({ labels, names }: KeptSplit): StreamedSplit => ({
    count: names.length,
    labels,
    images: { kind: 'files', folder, resize, scale, ...packNames(names) },
  });
  return { train: toSplit(train), test: toSplit(test) };
}

const contentParts = ({ train, test }: { train: ImageSplit; test: ImageSplit }) => [
  train.pixels,
  bytesOfLabels(train.labels),
  test.pixels,
  bytesOfLabels(test.labels),
];

function allocateSplit(count: number, { shape: [height, width, channels], classes }: CacheHeader): ImageSplit {
  return {
    count,
    pixels: new Uint8Array(new SharedArrayBuffer(count * height * width * channels)),
    labels: allocateLabels(count, classes.length),
  };
}
