import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { THREADED_NODE } from '../../../src-main/toolchain/support/threaded-node.ts';
import { projectRoot } from '../../../src-main/toolchain/support/folders.ts';

/** The command line on a data folder that no window has open; returns its exit code, and its words where it fails. */
export function espalier(
  dataFolder: string,
  args: readonly string[],
): Promise<{ code: number | null; stderr: string }> {
  const main = join(projectRoot, 'src-main', 'cli', 'main.ts');
  const child = spawn(process.execPath, [...THREADED_NODE, main, ...args, '--data', dataFolder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}
