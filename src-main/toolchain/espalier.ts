import { join } from 'node:path';
import { ensureKernels } from './kernels.ts';
import { projectRoot } from './support/folders.ts';
import { capture, foreground, type Finished } from './support/processes.ts';
import { COMMAND_LINE_NODE, threadedNodeEnvironment } from './support/threaded-node.ts';

const COMMAND_LINE = join(projectRoot, 'src-main', 'cli', 'main.ts');

/**
 * Runs the command line with fresh kernels, in this terminal. Nothing of the toolchain goes to standard output.
 *
 * @returns its exit status: 0 done, 1 failure, 2 invalid input
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  await ensureKernels({ quiet: true });
  return foreground(process.execPath, [...COMMAND_LINE_NODE, COMMAND_LINE, ...args], {
    env: threadedNodeEnvironment(),
  });
}

/** Runs the command line with fresh kernels and collects what it printed. */
export async function captureCommandLine(args: readonly string[]): Promise<Finished> {
  await ensureKernels({ quiet: true });
  return capture(process.execPath, [...COMMAND_LINE_NODE, COMMAND_LINE, ...args], { env: threadedNodeEnvironment() });
}

/** `npm run -s espalier -- COMMAND` */
export const program = runCommandLine;
