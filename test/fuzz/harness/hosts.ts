import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { THREADED_NODE, threadedNodeEnvironment } from '../../../src-main/toolchain/support/threaded-node.ts';
import { readJournal, type CaseRecord } from './journal.ts';
import { LIMITS } from './limits.ts';
import { CONTROL_FILES, HARNESS_FAILED, type HostReply, type HostRequest, type LastWords } from './protocol.ts';
import { createSandbox } from './sandbox.ts';

const hostFile = fileURLToPath(new URL('./host.ts', import.meta.url));
/** The module whose `entrances` a host knows. */
const ENTRANCES = new URL('../entrances/index.ts', import.meta.url);
const KEPT_OUTPUT = 4000;
/** Of a host that is silent, before it is given up. */
const LOOKS = 4;

/** The host ended before it answered. */
export class HostEnded extends Error {
  override readonly name = 'HostEnded';
  readonly last: LastWords;

  constructor(last: LastWords) {
    super(last.reason);
    this.last = last;
  }
}

export interface Host {
  /**
   * One request at a time.
   * @throws HostEnded
   * @throws Error where it is asked again before it answered, or gives no sign of life while no case can be the cause
   */
  ask<Type extends 'batch' | 'verdict'>(request: HostRequest): Promise<Extract<HostReply, { type: Type }>>;
  /** What the cases of the last batch came to. */
  records(): CaseRecord[];
  /** Ends the process and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts a process for cases, in a folder of its own.
 * @param silenceMilliseconds without an answer and without a case that ends, after which it is given up; starting has
 * the usual time
 * @throws HostEnded
 */
export async function startHost(
  entrances = ENTRANCES,
  silenceMilliseconds: number = LIMITS.silenceMilliseconds,
): Promise<Host> {
  const sandbox = createSandbox();
  const child = fork(hostFile, [sandbox.folder, sandbox.control, entrances.href], {
    execArgv: [...THREADED_NODE, '--expose-gc', `--max-old-space-size=${LIMITS.heapMiB}`],
    env: threadedNodeEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const journal = join(sandbox.control, CONTROL_FILES.journal);
  const records = (): CaseRecord[] => readJournal(journal);
  const ended = new Promise<never>((_, reject) => {
    child.on('error', (error) => {
      // A message that no longer reaches it is no error of its own: it has ended, and says why below.
      if (child.pid === undefined) reject(error);
      else output += `${error.message}\n`;
    });
    child.on('close', (code, signal) => {
      if (code === HARNESS_FAILED) return reject(new Error(output));
      const reason = reasonOf(sandbox.control, code, signal, output);
      reject(new HostEnded({ records: records(), reason }));
    });
  });
  ended.catch(() => undefined);
  const reply = async (silenceAllowed: number): Promise<HostReply> => {
    const answered = new Promise<HostReply>((resolve) => child.once('message', resolve as () => void));
    const silence = watchSilence(journal, silenceAllowed);
    try {
      return await Promise.race([answered, ended, silence.noticed]);
    } finally {
      silence.forget();
    }
  };
  let isAsked = false;
  const host: Host = {
    async ask<Type extends 'batch' | 'verdict'>(request: HostRequest) {
      if (isAsked) throw new Error('A host is asked one thing at a time.');
      isAsked = true;
      try {
        if (child.connected) child.send(request);
        return (await reply(silenceMilliseconds)) as Extract<HostReply, { type: Type }>;
      } finally {
        isAsked = false;
      }
    },
    records,
    async close() {
      await stop(child);
      sandbox.remove();
    },
  };
  try {
    await reply(LIMITS.silenceMilliseconds);
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  // Not its closing: a process that a case started may hold the output open.
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

/**
 * Rejects once nothing was written to the journal for that long. The thread that watches a host's cases ends it for those
 * that take too long, so that this is the harness's own fault. By looks and not by the clock: a machine that sleeps is
 * not silent.
 */
function watchSilence(journal: string, milliseconds: number): { noticed: Promise<never>; forget(): void } {
  const sizeNow = (): number => statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
  let size = sizeNow();
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  const noticed = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const before = size;
      size = sizeNow();
      looks = size === before ? looks + 1 : 0;
      if (looks < LOOKS) return;
      const cases = readJournal(journal).length;
      reject(new Error(`A host gave no sign of life for ${milliseconds} ms, after ${cases} cases of its batch.`));
    }, milliseconds / LOOKS);
  });
  return { noticed, forget: () => clearInterval(timer) };
}

/** What the watching thread wrote before it ended the process, or what the process said last. */
function reasonOf(control: string, code: number | null, signal: string | null, output: string): string {
  const file = join(control, CONTROL_FILES.reason);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const said = output.split('\n').find((line) => /FATAL|Error|error|signal|assert/i.test(line)) ?? '';
  return `ended by ${signal ?? `exit code ${code}`} ${said.trim()}`.trimEnd();
}
