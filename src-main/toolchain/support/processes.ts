import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export interface Finished {
  /** Exit status; 1 where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end and collects what it printed; it ends with us, and so does what it started where `detached`
 * gives it a process group. Throws only where the command could not be started.
 */
export function capture(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { onStart?: (child: ChildProcess) => void } = {},
): Promise<Finished> {
  const { onStart, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    endTogether(child, 'beside', spawnOptions);
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

interface Running {
  readonly position: 'foreground' | 'beside';
  readonly hasGroup: boolean;
  /** To it, and to what it started where it has a process group of its own. */
  kill(signal?: NodeJS.Signals): void;
}

/** Who runs now: a signal that would end us goes to all of them, and whoever is in the foreground is waited for. */
const running = new Map<ChildProcess, Running>();

/** Keeps a child's end bound to ours for as long as it runs. */
function endTogether(child: ChildProcess, position: Running['position'], options: SpawnOptions): void {
  if (running.size === 0) {
    FORWARDED.forEach((signal) => process.on(signal, passOn));
    process.on('exit', endAll);
  }
  running.set(child, {
    position,
    hasGroup: options.detached === true,
    kill: (signal) => void (options.detached ? killGroup(child, signal) : child.kill(signal)),
  });
  const forget = (): void => {
    if (!running.delete(child) || running.size > 0) return;
    FORWARDED.forEach((signal) => process.off(signal, passOn));
    process.off('exit', endAll);
  };
  // Of one that cannot be started there is no exit.
  child.once('exit', forget).once('error', forget);
}

function passOn(signal: NodeJS.Signals): void {
  for (const { position, hasGroup, kill } of running.values()) {
    // A terminal sends Ctrl-C to our process group as well; a second one might mean "at once" to it.
    if (position === 'foreground' && !hasGroup && signal === 'SIGINT' && process.stdin.isTTY) continue;
    kill(signal);
  }
  const isWaitedFor = [...running.values()].some(({ position }) => position === 'foreground');
  if (!isWaitedFor && process.listenerCount(signal) === 1) process.exit(1);
}

function endAll(): void {
  for (const { kill } of running.values()) kill();
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

const LOOK_MILLISECONDS = 500;

/**
 * Ends a program of npm's as by SIGTERM once npm's shell is gone: npm passes signals to that shell alone, which says
 * nothing to us.
 */
export function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MILLISECONDS);
  looking.unref();
}

/**
 * Runs a command in the foreground: it shares the terminal, and Ctrl-C or a polite end of ours reaches it, and what it
 * started where `detached` gives it a process group.
 */
export function foreground(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    endTogether(child, 'foreground', options);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
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
