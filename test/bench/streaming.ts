import { copyFile, link, mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import {
  METRICS,
  bytesOf,
  type StreamedData,
  type StreamedSplit,
  type TrainerEvent,
} from '../../src-main/contract/index.ts';
import { packNames } from '../../src-main/datasets/streaming/file-names.ts';
import { createSharedControl } from '../../src-main/training/control.ts';
import type { TrainingWorkerData } from '../../src-main/training/worker-protocol.ts';
import { loadKernels, machine, say, table, writeResult } from './support.ts';
import { requireConfiguration } from '../support/methods.ts';

const root = join(import.meta.dirname, '../..');
const source = (path: string) => new URL(`../../${path}`, import.meta.url).href;

const CLASSES = 100;
/** Images that differ; the others are links to them, or copies of them. */
const DISTINCT = 1000;
/** About what ImageNet's are. */
const [WIDTH, HEIGHT] = [400, 350];
const TEST_COUNT = 500;
const SAMPLE_EVERY_MILLISECONDS = 50;

export interface StreamingBench {
  json: boolean;
  threads: number;
  gigabytes: number;
  steps: number;
  network: string;
  batchSize: number;
  /** Every file with bytes of its own on the disk, instead of links to a thousand. */
  copies: boolean;
}

/** Trains on class folders of images larger than memory: what stays resident, and how long training waits. */
export async function benchStreaming(options: StreamingBench): Promise<void> {
  await mkdir(join(root, 'out/bench'), { recursive: true });
  const folder = await mkdtemp(join(root, 'out/bench/streaming-'));
  try {
    const data = await makeDataset(folder, options);
    const measured = await train(data, options);
    const result = { machine: machine(), ...options, images: data.train.count, ...measured };
    const file = writeResult('streaming', result);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else print(result);
    say(`Written to ${file}`);
  } finally {
    say('Removing the images');
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeDataset(folder: string, { gigabytes, copies }: StreamingBench): Promise<StreamedData> {
  say(`Drawing ${DISTINCT} images of ${WIDTH} x ${HEIGHT}`);
  const originals = join(folder, 'originals');
  await mkdir(originals);
  let bytes = 0;
  for (let at = 0; at < DISTINCT; at++) {
    const image = await drawImage(at);
    bytes += image.length;
    await writeFile(join(originals, `${at}.jpg`), image);
  }
  const count = Math.ceil((gigabytes * 1e9) / (bytes / DISTINCT));
  await requireSpace(folder, copies ? gigabytes * 1e9 : 0);
  say(`${copies ? 'Copying' : 'Linking'} them to ${count} files, ${gigabytes} GB`);
  const put = copies ? copyFile : link;
  const split = async (name: string, size: number): Promise<StreamedSplit> => {
    for (let label = 0; label < CLASSES; label++) await mkdir(join(folder, name, `${label}`), { recursive: true });
    const names = Array.from({ length: size }, (_, at) => `${name}/${at % CLASSES}/${at}.jpg`);
    for (let from = 0; from < size; from += 64) {
      const some = names.slice(from, from + 64);
      await Promise.all(
        some.map((file, at) => put(join(originals, `${(from + at) % DISTINCT}.jpg`), join(folder, file))),
      );
    }
    const labels = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; at++) labels[at] = at % CLASSES;
    return { count: size, labels, images: { kind: 'files', folder, resize: 'cover', ...packNames(names) } };
  };
  const [train, test] = [await split('train', count), await split('test', TEST_COUNT)];
  return { shape: [64, 64, 3], classes: CLASSES, train, test };
}

/** Blurred noise under fine noise: as hard to compress, and so as slow to decode, as a photograph. */
async function drawImage(seed: number): Promise<Buffer> {
  const noise = (width: number, height: number, seed: number) => {
    let state = seed + 1;
    const data = Uint8Array.from({ length: width * height * 3 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
    return sharp(data, { raw: { width, height, channels: 3 } });
  };
  const fine = await noise(WIDTH, HEIGHT, seed).ensureAlpha(0.25).png({ compressionLevel: 0 }).toBuffer();
  return noise(12, 10, seed + 7919)
    .resize(WIDTH, HEIGHT, { fit: 'fill' })
    .composite([{ input: fine }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const spare = 5e9;
  if (bavail * bsize < bytes + spare) {
    throw new Error(`${folder} has ${(bavail * bsize) / 1e9} GB free; ${(bytes + spare) / 1e9} are needed.`);
  }
}

async function train(data: StreamedData, { threads, steps, network, batchSize }: StreamingBench) {
  const control = createSharedControl();
  const workerData: TrainingWorkerData = {
    start: {
      runId: 'bench',
      configuration: requireConfiguration({
        network,
        batchSize,
        method: 'rigl',
        sparsity: 0.9,
        epochs: 1,
        validationFraction: 0,
        augmentation: 'crop+flip',
        updateEvery: 100,
        checkpointEvery: 0,
      }),
      threads,
      data,
      checkpoint: null,
    },
    control: control.memory,
    engine: 'cpu',
    kernels: await loadKernels(),
    kernelWorkerUrl: source('src-main/engine/cpu/kernel.worker.ts'),
    batchWorkerUrl: source('src-main/training/batches/batch.worker.ts'),
  };
  say(`Training ${steps} steps of ${network}, batch ${batchSize}, on ${threads} threads`);
  const residentBefore = process.memoryUsage.rss();
  let peak = residentBefore;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_EVERY_MILLISECONDS);
  const worker = new Worker(new URL(source('src-main/training/training.worker.ts')), { workerData });
  let waitedSeconds = Number.NaN;
  let trainedSeconds = Number.NaN;
  let done = 0;
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (event: TrainerEvent) => {
      // Nothing of it is stored, and nothing waits for that.
      control.addStored({ messages: 1, bytes: bytesOf(event) });
      if (event.type === 'failed') reject(new Error(event.detail));
      if (event.type === 'points') {
        for (const { metric, value } of event.points) {
          if (metric === METRICS.starvation) waitedSeconds = value;
          if (metric === METRICS.elapsedSeconds) trainedSeconds = value;
        }
      }
      if (event.type === 'progress') {
        done = event.progress.step;
        if (done >= steps) control.want('cancel');
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  }).finally(() => clearInterval(timer));
  return {
    stepsDone: done,
    trainedSeconds,
    waitedSeconds,
    stepMilliseconds: (trainedSeconds / done) * 1000,
    imagesPerSecond: (done * batchSize) / trainedSeconds,
    residentBeforeMegabytes: residentBefore / 1e6,
    peakResidentMegabytes: peak / 1e6,
  };
}

function print(result: Awaited<ReturnType<typeof train>> & StreamingBench & { images: number; machine: string }): void {
  const rows = [
    ['images', `${result.images}, ${result.gigabytes} GB${result.copies ? '' : ' (links to 1,000 files)'}`],
    ['steps', `${result.stepsDone} of ${result.batchSize}, ${result.network}, ${result.threads} threads`],
    ['a step', `${result.stepMilliseconds.toFixed(1)} ms, ${result.imagesPerSecond.toFixed(0)} images a second`],
    ['waited for batches', `${result.waitedSeconds.toFixed(2)} s of ${result.trainedSeconds.toFixed(1)} s`],
    ['resident before', `${result.residentBeforeMegabytes.toFixed(0)} MB`],
    ['peak resident', `${result.peakResidentMegabytes.toFixed(0)} MB`],
  ];
  process.stdout.write(`${result.machine}\n\n${table(['', ''], rows)}\n`);
}
