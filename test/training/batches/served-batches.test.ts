import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { baseDefaults } from '../../../src-main/contract/index.ts';
import { openSamples } from '../../../src-main/datasets/streaming/open-samples.ts';
import { createBatchClient } from '../../../src-main/training/batches/batch-client.ts';
import type { BatchOpening, BatchStream, TrainingOrder } from '../../../src-main/training/batches/batches.ts';
import { openDirectBatches } from '../../../src-main/training/batches/direct-batches.ts';
import {
  BATCHES_AHEAD,
  serveBatches,
  type BatchAnswer,
  type BatchRequest,
} from '../../../src-main/training/batches/served-batches.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';

const data = tinyData(90);
const order: TrainingOrder = {
  kind: 'training',
  samples: Uint32Array.from({ length: 90 }, (_, at) => at),
  seed: 1,
  firstStep: 2,
  totalSteps: 12,
  augmentation: { ...baseDefaults, augmentation: 'crop+flip', brightness: 0.3 },
  mean: data.mean,
};
const trainingOpening: BatchOpening = { split: data.train, shape: data.shape, batchSize: 32, order };
const testOpening: BatchOpening = {
  split: data.test,
  shape: data.shape,
  batchSize: 32,
  order: { kind: 'fixed', samples: Uint32Array.from({ length: 100 }, (_, at) => at) },
};

/** Both sides, with a message channel between them. */
function connect() {
  const { port1, port2 } = new MessageChannel();
  const splits = { train: data.train, test: data.test };
  const sent = new Map<number, number>();
  const hear = serveBatches(splits, openSamples, (answer) => {
    if (answer.type === 'batch') sent.set(answer.stream, (sent.get(answer.stream) ?? 0) + 1);
    port1.postMessage(answer);
  });
  port1.on('message', (request: BatchRequest) => hear(request));
  const client = createBatchClient(splits, (request) => port2.postMessage(request));
  port2.on('message', (answer: BatchAnswer) => client.hear(answer));
  onTestFinished(() => port1.close());
  return {
    client,
    /** Batches sent of a stream, counted from 1 in the order of opening. */
    sent: (stream: number) => sent.get(stream) ?? 0,
  };
}

async function take(stream: BatchStream, count: number) {
  const taken: { pixels: number[]; labels: number[] }[] = [];
  for (let at = 0; at < count; at++) {
    const { pixels, labels } = await stream.next();
    taken.push({ pixels: [...pixels], labels: [...labels] });
  }
  return taken;
}

test('another process gives bit for bit the batches of this one, several streams at once', async () => {
  const { client } = connect();
  const training = client.openBatches(trainingOpening);
  const early = await take(training, 3);
  const fixed = client.openBatches(testOpening);
  const all = await take(fixed, 4);
  const late = await take(training, 7);
  expect([...early, ...late]).toEqual(await take(openDirectBatches(trainingOpening), 10));
  expect(all).toEqual(await take(openDirectBatches(testOpening), 4));
  expect(all.at(-1)!.labels).toHaveLength(4);
  await expect(training.next()).rejects.toThrow('There is no batch 12: 12 is the end.');
  await training.close();
  await fixed.close();
});

test('a few batches are on their way, never more, and none once a stream is closed', async () => {
  const { client, sent } = connect();
  const stream = client.openBatches(trainingOpening);
  /** Another stream from its beginning to its end: whatever would be sent of the first one is sent meanwhile. */
  const readAnother = async () => {
    const another = client.openBatches(trainingOpening);
    await take(another, 10);
    await another.close();
  };
  await readAnother();
  expect(sent(1)).toBe(BATCHES_AHEAD);
  await take(stream, 3);
  await readAnother();
  // The third is still in use.
  expect(sent(1)).toBe(BATCHES_AHEAD + 2);
  const waited = stream.waitedSeconds();
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  const next = stream.next();
  // It is there: nothing is waited for between the two looks at the clock.
  expect(clock).toHaveBeenCalledTimes(2);
  await next;
  expect(stream.waitedSeconds() - waited).toBeGreaterThanOrEqual(0);
  await readAnother();
  const before = sent(1);
  expect(before).toBe(BATCHES_AHEAD + 3);
  await stream.close();
  await readAnother();
  expect(sent(1)).toBe(before);
});

test('what cannot be read ends the stream with its message', async () => {
  const images = { kind: 'pixels', file: '/nowhere/pixels', position: 0 } as const;
  const served = { train: { count: 90, labels: data.train.labels, images }, test: data.test };
  const hear = serveBatches(served, openSamples, (answer) => client.hear(answer));
  const client = createBatchClient({ train: data.train, test: data.test }, hear);
  await expect(take(client.openBatches(trainingOpening), 20)).rejects.toThrow('/nowhere/pixels');
});
