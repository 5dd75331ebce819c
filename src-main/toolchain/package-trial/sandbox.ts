import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../support/problem.ts';

/** What the kernel says of a process of the app. */
export interface AppProcess {
  readonly pid: number;
  readonly commandLine: string;
  /** Of the user it runs as; the real one. */
  readonly userId: number;
  /** Whether its system calls are filtered (seccomp mode 2). */
  readonly isFiltered: boolean;
  /** Whether it can gain rights by starting a program. */
  readonly canGainRights: boolean;
  /** The kernel's names for its namespaces. */
  readonly namespaces: Readonly<Record<'user' | 'pid' | 'net', string>>;
}

/** The descendants of a process, from `/proc`; one that ends meanwhile is left out. */
export function descendants(ancestor: number): AppProcess[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\t(\d+)$/m.exec(readOrEmpty(join('/proc', name, 'status')))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const belongs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || belongs(parent));
  };
  return [...parents.keys()].filter(belongs).flatMap((pid) => {
    const found = processOf(pid);
    return found === null ? [] : [found];
  });
}

function processOf(pid: number): AppProcess | null {
  const folder = join('/proc', String(pid));
  const status = readOrEmpty(join(folder, 'status'));
  const field = (name: string): number => Number(new RegExp(`^${name}:\\t(\\d+)`, 'm').exec(status)?.[1]);
  try {
    return {
      pid,
      commandLine: readFileSync(join(folder, 'cmdline'), 'utf8').replaceAll('\0', ' ').trim(),
      userId: field('Uid'),
      isFiltered: field('Seccomp') === 2,
      canGainRights: field('NoNewPrivs') === 0,
      namespaces: {
        user: readlinkSync(join(folder, 'ns', 'user')),
        pid: readlinkSync(join(folder, 'ns', 'pid')),
        net: readlinkSync(join(folder, 'ns', 'net')),
      },
    };
  } catch {
    return null;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The app's own process; its helpers have a type, and what starts it has another name. */
const IS_BROWSER = /^\S*\/espalier(?!.*--type=)( |$)/;

/**
 * Whether Chromium's sandbox holds the app's pages: the app is an ordinary user's, no process has an argument that turns
 * the sandbox off, and each renderer is in a user, process and network namespace other than the app's, with its system calls filtered and no way to gain rights.
 *
 * @returns the number of renderers
 * @throws {Problem} with what is not so
 */
export function requireSandbox(processes: readonly AppProcess[]): number {
  const unsafe = processes.find(({ commandLine }) => /--(no-sandbox|disable-\S*sandbox)\b/.test(commandLine));
  if (unsafe) throw new Problem(`The sandbox is off in process ${unsafe.pid}: ${unsafe.commandLine}`);
  const browser = processes.find(({ commandLine }) => IS_BROWSER.test(commandLine));
  const renderers = processes.filter(({ commandLine }) => commandLine.includes('--type=renderer'));
  if (!browser || renderers.length === 0) throw new Problem('No process of the app shows a page.');
  if (browser.userId === 0) throw new Problem('The app runs as root.');
  for (const { pid, isFiltered, canGainRights, namespaces } of renderers) {
    const shared = (['user', 'pid', 'net'] as const).filter((kind) => namespaces[kind] === browser.namespaces[kind]);
    if (shared.length > 0) throw new Problem(`Renderer ${pid} shares the app’s namespaces: ${shared.join(', ')}.`);
    if (!isFiltered) throw new Problem(`The system calls of renderer ${pid} are not filtered.`);
    if (canGainRights) throw new Problem(`Renderer ${pid} can gain rights by starting a program.`);
  }
  return renderers.length;
}
