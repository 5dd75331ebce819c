import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, type Finished } from '../support/processes.ts';
import { Problem } from '../support/problem.ts';

/** A minimal Debian in a folder, entered as the system's root; gone with `remove`, or with this process. */
export interface CleanRoot {
  readonly folder: string;
  /** Runs a command in it as root. @throws {Problem} with what it complained about, where it does not end with 0 */
  run(command: string, ...args: string[]): Promise<string>;
  /** Starts a program in it as a user of it. */
  start(user: string, environment: Readonly<Record<string, string>>, command: string): StartedProgram;
  /** Ends what runs in it and deletes it. */
  remove(): void;
}

export interface StartedProgram {
  /** Of the process outside, of which all inside are descendants. */
  readonly pid: number;
  readonly ended: Promise<Finished>;
}

export interface CleanRootOptions {
  /** Debian's name for the release, such as `bookworm`. */
  readonly suite: string;
  readonly mirror: string;
}

/** Mounts and processes of their own: the kernel takes both away when the command ends, in whatever way. */
const APART = ['--mount', '--pid', '--fork', '--kill-child'];
const ENTER = join(import.meta.dirname, 'enter-root.sh');
const INSIDE = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy'];

/**
 * Makes the smallest Debian that debootstrap knows (`minbase`); takes root's rights and a network that reaches the mirror.
 *
 * @throws {Problem} with debootstrap's complaint
 */
export async function makeCleanRoot({ suite, mirror }: CleanRootOptions): Promise<CleanRoot> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-root-'));
  chmodSync(folder, 0o755);
  const { root, must } = rootIn(folder);
  try {
    await must('debootstrap', ['debootstrap', '--variant=minbase', suite, folder, mirror]);
  } catch (error) {
    root.remove();
    throw error;
  }
  return root;
}

/** What can be done with a root in this folder, and `must`, which runs a command in namespaces of its own, outside. */
function rootIn(folder: string) {
  const running = new Set<ChildProcess>();
  const onStart = (child: ChildProcess): void => {
    running.add(child);
    child.once('close', () => running.delete(child));
  };
  const environment = { ...INSIDE, ...inherited(PROXIES), HOME: '/root', DEBIAN_FRONTEND: 'noninteractive' };
  const must = async (title: string, args: readonly string[]): Promise<string> => {
    const finished = await capture('unshare', [...APART, ...args], { env: environment, onStart });
    if (finished.status === 0) return finished.stdout;
    throw new Problem(`${title} ended with ${finished.status}: ${lastLines(finished.stderr || finished.stdout)}`);
  };
  const remove = (): void => {
    process.off('exit', remove);
    running.forEach((child) => child.kill('SIGKILL'));
    // What was just killed may still write.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  process.on('exit', remove);

  const root: CleanRoot = {
    folder,
    remove,
    run: (command, ...args) => must(`In the clean root, ${command}`, [ENTER, folder, command, ...args]),
    start(user, more, command) {
      let pid = 0;
      const args = [...APART, ENTER, folder, 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', command];
      const ended = capture('unshare', args, {
        env: { ...INSIDE, HOME: `/home/${user}`, USER: user, ...more },
        onStart(child) {
          onStart(child);
          pid = child.pid ?? 0;
        },
      });
      return { pid, ended };
    },
  };
  return { root, must };
}

function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What a program said last, for a message. */
export const lastLines = (text: string): string => text.trim().split('\n').slice(-5).join('\n');
