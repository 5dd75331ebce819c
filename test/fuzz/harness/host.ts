import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { projectRoot } from '../../../src-main/toolchain/support/places.ts';
import type { Entrance, OpenEntrance } from './entrance.ts';
import { installGuard } from './guard.ts';
import { createMemoryWatch } from './memory.ts';
import { WATCH, type BatchResult, type HostReply, type HostRequest } from './protocol.ts';
import { canariesOf, createBench } from './sandbox.ts';
import { failed, judgeError, kindOf, type Verdict } from './verdict.ts';

/**
 * The process that cases run in: its main thread runs them, a second thread watches the clock. Where a case ends the
 * process, the supervisor reads from the control folder which one it was.
 */

const [folder, control] = process.argv.slice(2);
process.chdir(folder);
const guard = installGuard(folder, projectRoot);
const { entrances } = await import('../entrances/index.ts');

const shared = new SharedArrayBuffer(8 * WATCH.slots);
const slots = new Float64Array(shared);
const workerData = { shared, reasonFile: join(control, 'reason') };
new Worker(new URL('./watch.worker.ts', import.meta.url), { workerData }).unref();

const caseFile = openSync(join(control, 'case'), 'w');
const caseBytes = Buffer.alloc(4);
const bench = createBench(folder);
const memory = createMemoryWatch();
const opened = new Map<string, Promise<OpenEntrance<unknown>>>();
const canaries = canariesOf(folder);

let stray: unknown = null;
process.on('unhandledRejection', (error) => (stray = error ?? new Error('a promise was rejected without a reason')));
process.on('uncaughtException', (error) => (stray = error));

const processorMilliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function entranceNamed(name: string): Entrance {
  const found = entrances.find((entrance) => entrance.name === name);
  if (!found) throw new Error(`There is no entrance ${name}.`);
  return found;
}

function open(entrance: Entrance): Promise<OpenEntrance<unknown>> {
  const ready = opened.get(entrance.name) ?? Promise.resolve(entrance.open(bench));
  opened.set(entrance.name, ready);
  return ready;
}

let caseNumber = 0;

async function runCase(
  entrance: Entrance,
  { run, causes }: OpenEntrance<unknown>,
  input: unknown,
  index: number,
): Promise<Verdict> {
  caseBytes.writeUInt32LE(index);
  writeSync(caseFile, caseBytes, 0, 4, 0);
  slots[WATCH.processorAtStart] = processorMilliseconds();
  slots[WATCH.startedAt] = Date.now();
  slots[WATCH.caseNumber] = ++caseNumber;
  guard.start();
  let verdict: Verdict = { kind: 'accepted' };
  try {
    await run(input);
  } catch (error) {
    verdict = judgeError(entrance, error, causes?.(input) ?? []);
  }
  const touched = guard.stop();
  slots[WATCH.caseNumber] = 0;
  const excess = memory.excess(entrance);
  if (stray !== null) {
    const [error] = [stray];
    stray = null;
    return failed('crash', `an error that nobody caught: ${String(error)}`);
  }
  if (touched.length > 0) return failed('outside', touched.slice(0, 3).join(', '));
  return excess === null ? verdict : failed('memory', excess);
}

async function runBatch(entrance: Entrance, seed: number, from: number, to: number): Promise<BatchResult> {
  const ready = await open(entrance);
  // What the entrance itself took to get ready is no case's.
  memory.excess(entrance);
  memory.kept();
  const startedAt = processorMilliseconds();
  const result: BatchResult = {
    type: 'batch',
    ...{ accepted: 0, refused: 0, reasons: {}, failures: [], processorMilliseconds: 0, isSpent: false },
  };
  let index = -1;
  const each = async (input: unknown): Promise<void> => {
    index++;
    if (index < from) return;
    const verdict = await runCase(entrance, ready, input, index);
    if (verdict.kind === 'failed') result.failures.push({ index, verdict });
    else if (verdict.kind === 'accepted') result.accepted++;
    else {
      result.refused++;
      const reason = kindOf(verdict.message);
      result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
    }
  };
  await fc.check(fc.asyncProperty(ready.cases, each), { seed, numRuns: to });
  const kept = memory.kept();
  if (kept !== null) result.failures.push({ index, verdict: { kind: 'failed', rule: 'memory', detail: kept } });
  if (canariesOf(folder) !== canaries) {
    const detail = 'a file beside the cases’ folder has changed, by one of this batch';
    result.failures.push({ index, verdict: { kind: 'failed', rule: 'outside', detail } });
  }
  result.processorMilliseconds = processorMilliseconds() - startedAt;
  result.isSpent = kept !== null || memory.isHigh(entrance);
  return result;
}

async function answer(request: HostRequest): Promise<HostReply> {
  const entrance = entranceNamed(request.entrance);
  if (request.type === 'batch') return runBatch(entrance, request.seed, request.from, request.to);
  const ready = await open(entrance);
  if (request.type === 'open') return { type: 'opened' };
  memory.excess(entrance);
  return { type: 'verdict', verdict: await runCase(entrance, ready, request.input, 0) };
}

process.on('message', (request: HostRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      process.stderr.write(`The harness itself failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
});
process.on('disconnect', () => {
  closeSync(caseFile);
  process.exit(0);
});
process.send?.({ type: 'opened' } satisfies HostReply);
