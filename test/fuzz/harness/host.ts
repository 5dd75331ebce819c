import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { projectRoot } from '../../../src-main/toolchain/support/folders.ts';
import { doAtOnce } from './at-once.ts';
import type { Entrance, OpenEntrance } from './entrance.ts';
import { installGuard } from './guard.ts';
import { openJournal } from './journal.ts';
import { createMemoryWatch } from './memory.ts';
import { CONTROL_FILES, HARNESS_FAILED, WATCH, type HostReply, type HostRequest } from './protocol.ts';
import { canariesOf, createBench } from './sandbox.ts';
import { failed, judgeError, kindOf, type Failure, type Verdict } from './verdict.ts';

/**
 * The process that cases run in: its main thread runs them, a second thread watches the clock. What they come to stands
 * in the journal, also where a case ends the process.
 */

const [folder, control, entrancesModule] = process.argv.slice(2);
process.chdir(folder);
const memory = createMemoryWatch();
await doAtOnce(fileURLToPath(import.meta.url));
const guard = installGuard(folder, projectRoot);
const { entrances } = (await import(entrancesModule)) as { entrances: readonly Entrance[] };

const shared = new SharedArrayBuffer(8 * WATCH.slots);
const slots = new Float64Array(shared);
const workerData = { shared, reasonFile: join(control, CONTROL_FILES.reason) };
new Worker(new URL('./watch.worker.ts', import.meta.url), { workerData }).unref();

const journal = openJournal(join(control, CONTROL_FILES.journal));
const bench = createBench(folder);
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

interface CaseOutcome {
  verdict: Verdict;
  processorMilliseconds: number;
  mebibytes: number;
}

async function runCase(
  entrance: Entrance,
  { run, causes }: OpenEntrance<unknown>,
  input: unknown,
): Promise<CaseOutcome> {
  memory.start();
  const processorAtStart = processorMilliseconds();
  slots[WATCH.processorAtStart] = processorAtStart;
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
  const taken = processorMilliseconds() - processorAtStart;
  const { mebibytes, excess } = memory.stop(entrance);
  if (stray !== null) {
    verdict = failed('crash', `an error that nobody caught: ${String(stray)}`);
    stray = null;
  } else if (touched.length > 0) verdict = failed('outside', touched.slice(0, 3).join(', '));
  else if (excess !== null) verdict = failed('memory', excess);
  return { verdict, processorMilliseconds: taken, mebibytes };
}

async function runBatch(entrance: Entrance, seed: number, from: number, to: number): Promise<HostReply> {
  const ready = await open(entrance);
  // What the entrance itself took to get ready is no case's.
  memory.kept();
  journal.start();
  let index = -1;
  const each = async (input: unknown): Promise<void> => {
    index++;
    if (index < from) return;
    const { verdict, ...taken } = await runCase(entrance, ready, input);
    if (verdict.kind !== 'refused') journal.add({ ...verdict, ...taken });
    else journal.add({ kind: 'refused', reason: kindOf(verdict.message), ...taken });
  };
  const details = await fc.check(fc.asyncProperty(ready.cases, each), { seed, numRuns: to });
  // A case’s own error is a verdict; what gets here is the generator’s or the harness’s.
  if (details.failed) throw details.errorInstance;
  const failures: Failure[] = [];
  const kept = memory.kept();
  if (kept !== null) failures.push(failed('memory', kept));
  if (canariesOf(folder) !== canaries) {
    failures.push(failed('outside', 'a file beside the cases’ folder has changed, by one of this batch'));
  }
  return { type: 'batch', failures, isSpent: failures.length > 0 || memory.isLarge() };
}

async function answer(request: HostRequest): Promise<HostReply> {
  const entrance = entranceNamed(request.entrance);
  if (request.type === 'batch') return runBatch(entrance, request.seed, request.from, request.to);
  const { verdict } = await runCase(entrance, await open(entrance), request.input);
  return { type: 'verdict', verdict };
}

process.on('message', (request: HostRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      process.stderr.write(`The harness itself failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(HARNESS_FAILED);
    },
  );
});
process.on('disconnect', () => {
  journal.close();
  process.exit(0);
});
process.send?.({ type: 'ready' } satisfies HostReply);
