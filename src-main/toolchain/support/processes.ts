import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export interface Finished {
  /** Exit status; 1 where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and collects what it printed. Throws only where the command could not be started. */
export function capture(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { onStart?: (child: ChildProcess) => void } = {},
): Promise<Finished> {
  const { onStart, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    onStart?.(child);
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        status: code ?? 1,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      });
    });
  });
}

/**
 * Passes a signal that would end us on to a child that runs beside what is in the foreground. Where nothing else listens
 * for it, we end too. @returns stops it
 */
export function endTogether(child: ChildProcess): () => void {
  const end = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    if (process.listenerCount(signal) === 1) process.exit(1);
  };
  const onExit = (): void => void child.kill();
  FORWARDED.forEach((signal) => process.on(signal, end));
  process.on('exit', onExit);
  return () => {
    FORWARDED.forEach((signal) => process.off(signal, end));
    process.off('exit', onExit);
  };
}

/** Runs a command in the foreground: it shares the terminal, and Ctrl-C or a polite end of ours reaches it. */
export function foreground(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal: NodeJS.Signals): void => {
      // A terminal sends Ctrl-C to the child as well; a second one might mean "at once" to it.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    FORWARDED.forEach((signal) => process.on(signal, forward));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      FORWARDED.forEach((name) => process.off(name, forward));
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

export function commandExists(command: string): boolean {
  const finder = process.platform === 'win32' ? 'where' : 'which';
  return spawnSync(finder, [command], { stdio: 'ignore' }).status === 0;
}

/** The npm that started us, run by the Node we run on; else the one on the PATH. */
export function npmCommand(): { command: string; leadingArgs: string[] } {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return { command: process.execPath, leadingArgs: [script] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', leadingArgs: [] };
}
