import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
  /** @throws HostEnded */
  ask<Type extends 'batch' | 'verdict'>(request: HostRequest): Promise<Extract<HostReply, { type: Type }>>;
  /** What the cases of the last batch came to. */
  records(): CaseRecord[];
  /** Ends the process and removes its folder. */
  close(): Promise<void>;
}

/** Starts a process for cases, in a folder of its own. @throws HostEnded */
export async function startHost(entrances = ENTRANCES): Promise<Host> {
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
  const records = (): CaseRecord[] => readJournal(join(sandbox.control, CONTROL_FILES.journal));
  const ended = new Promise<never>((_, reject) => {
    child.on('error', (error) => reject(error));
    child.on('close', (code, signal) => {
      if (code === HARNESS_FAILED) return reject(new Error(output));
      const reason = reasonOf(sandbox.control, code, signal, output);
      reject(new HostEnded({ records: records(), reason }));
    });
  });
  ended.catch(() => undefined);
  const reply = (): Promise<HostReply> =>
    Promise.race([new Promise<HostReply>((resolve) => child.once('message', resolve as () => void)), ended]);
  const host: Host = {
    async ask<Type extends 'batch' | 'verdict'>(request: HostRequest) {
      const answered = reply();
      if (child.connected) child.send(request);
      return (await answered) as Extract<HostReply, { type: Type }>;
    },
    records,
    async close() {
      await stop(child);
      sandbox.remove();
    },
  };
  try {
    await reply();
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** What the watching thread wrote before it ended the process, or what the process said last. */
function reasonOf(control: string, code: number | null, signal: string | null, output: string): string {
  const file = join(control, CONTROL_FILES.reason);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const said = output.split('\n').find((line) => /FATAL|Error|error|signal|assert/i.test(line)) ?? '';
  return `ended by ${signal ?? `exit code ${code}`} ${said.trim()}`.trimEnd();
}
