import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { THREADED_NODE, threadedNodeEnvironment } from '../../../src-main/toolchain/support/threaded-node.ts';
import { LIMITS } from './limits.ts';
import type { HostReply, HostRequest, LastWords } from './protocol.ts';
import { createSandbox } from './sandbox.ts';

const hostFile = fileURLToPath(new URL('./host.ts', import.meta.url));
const KEPT_OUTPUT = 4000;
/** Exit code of a host in which the harness is at fault, not a case. */
export const HARNESS_FAILED = 70;

/** The host ended before it answered. */
export class HostEnded extends Error {
  override readonly name = 'HostEnded';
  readonly last: LastWords;

  constructor(last: LastWords) {
    super(last.reason ?? 'the process ended');
    this.last = last;
  }
}

export interface Host {
  /** @throws HostEnded */
  ask(request: HostRequest): Promise<HostReply>;
  /** Ends the process and removes its folder. */
  close(): Promise<void>;
}

/** Starts a process for cases, in a folder of its own. @throws HostEnded */
export async function startHost(): Promise<Host> {
  const sandbox = createSandbox();
  const child = fork(hostFile, [sandbox.folder, sandbox.control], {
    execArgv: [...THREADED_NODE, '--expose-gc', `--max-old-space-size=${LIMITS.heapMiB}`],
    env: threadedNodeEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<never>((_, reject) => {
    child.on('error', (error) => reject(error));
    child.on('close', (code, signal) => {
      reject(
        code === HARNESS_FAILED ? new Error(output) : new HostEnded(lastWords(sandbox.control, code, signal, output)),
      );
    });
  });
  ended.catch(() => undefined);
  const reply = (): Promise<HostReply> =>
    Promise.race([new Promise<HostReply>((resolve) => child.once('message', resolve as () => void)), ended]);
  const host: Host = {
    ask(request) {
      const answered = reply();
      if (child.connected) child.send(request);
      return answered;
    },
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

function lastWords(control: string, code: number | null, signal: string | null, output: string): LastWords {
  const [caseFile, reasonFile] = [join(control, 'case'), join(control, 'reason')];
  const bytes = existsSync(caseFile) ? readFileSync(caseFile) : Buffer.alloc(0);
  const index = bytes.length === 4 ? bytes.readUInt32LE() : 0;
  if (existsSync(reasonFile)) return { index, reason: readFileSync(reasonFile, 'utf8') };
  const said = output.split('\n').find((line) => /FATAL|Error|error|signal|assert/i.test(line)) ?? '';
  return { index, reason: `ended by ${signal ?? `exit code ${code}`} ${said.trim()}`.trimEnd() };
}
