import { spawn } from 'node:child_process';
import { installDebianPackages, VIRTUAL_DISPLAY_PACKAGES } from './debian.ts';
import { commandExists } from './support/processes.ts';
import { Problem } from './support/problem.ts';

export interface VirtualDisplay {
  /** The value for `DISPLAY`, such as `:7`. */
  readonly name: string;
  close(): Promise<void>;
}

/** Whether a window could be shown here as things are. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/**
 * Starts an Xvfb on the first free display number; it ends with `close`, or with this process.
 *
 * @throws {Problem} where Xvfb is missing and cannot be installed, or does not start
 */
export async function openVirtualDisplay(size = '1440x900x24'): Promise<VirtualDisplay> {
  if (!commandExists('Xvfb')) await installDebianPackages(VIRTUAL_DISPLAY_PACKAGES, 'a virtual display');
  // Xvfb itself picks the number and writes it to this descriptor: no race for free ones.
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill();
  process.on('exit', kill);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));

  const name = await new Promise<string>((resolve, reject) => {
    let complaint = '';
    const timer = setTimeout(() => fail('no answer in 20 s'), 20_000);
    const fail = (reason: string): void => {
      clearTimeout(timer);
      kill();
      reject(new Problem(`Xvfb did not start: ${reason}`));
    };
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdio[3]?.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      resolve(`:${chunk.toString().trim()}`);
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', (status) => fail(complaint.trim() || `exit status ${status}`));
  });

  return {
    name,
    async close() {
      process.off('exit', kill);
      kill();
      await closed;
    },
  };
}
