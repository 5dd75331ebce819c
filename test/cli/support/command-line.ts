import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BUNDLED_COMMAND_LINE } from '../../../src-main/toolchain/testing/bundle.ts';
import { THREADED_NODE } from '../../../src-main/toolchain/support/threaded-node.ts';
import { putMnist } from '../../support/prepared-mnist.ts';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A data folder with MNIST prepared, for what trains. */
export const dataFolder = (): string => putMnist(temporaryFolder());

/** The command line unbundled, for a process into which a test loads a class that must be the command line's own. */
export const FROM_SOURCES = join(import.meta.dirname, '../../../src-main/cli/main.ts');

/** The command line as a person runs it: a process of its own. */
export function startEspalier(
  args: string[],
  environment: NodeJS.ProcessEnv = {},
  main = BUNDLED_COMMAND_LINE,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [...THREADED_NODE, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const finished = new Promise<Finished>((resolve) => {
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
    child.on('close', (code) => resolve({ code, ...output }));
  });
  return { child, finished };
}

export const espalier = (...args: string[]): Promise<Finished> => startEspalier(args).finished;
