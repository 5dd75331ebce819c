import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { runCommandLine } from '../../../src-main/cli/run-command-line.ts';
import { BUNDLED_COMMAND_LINE, BUNDLED_RUN_COMMAND_LINE } from '../../../src-main/toolchain/testing/bundle.ts';
import { THREADED_NODE } from '../../../src-main/toolchain/support/threaded-node.ts';
import { addMnist } from '../../support/prepared-mnist.ts';

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
export const dataFolder = (): string => addMnist(temporaryFolder());

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

/**
 * A command line in this process, for tables of many that are refused: what a process of its own takes to start is most of
 * what such a row would take. One after another, for they share the standard streams.
 */
export async function refused(...args: string[]): Promise<Finished> {
  const command = (await import(BUNDLED_RUN_COMMAND_LINE)) as { runCommandLine: typeof runCommandLine };
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      output[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await command.runCommandLine(args), ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
