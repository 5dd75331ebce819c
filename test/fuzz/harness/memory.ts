import { openSync, readSync, readdirSync, writeSync } from 'node:fs';
import type { Entrance } from './entrance.ts';
import { LIMITS } from './limits.ts';
import { watchRequests } from './requested.ts';

const MIB = 2 ** 20;

export interface MemoryWatch {
  /** Just before a case. */
  start(): void;
  /** Just after it: what memory it took at its peak, and why that is too much; null where it is not. */
  stop(entrance: Entrance): { mebibytes: number; excess: string | null };
  /** What is kept since the first call, in words, garbage left out; null where that is fine. */
  kept(): string | null;
  /** Whether the process has grown so large that the next batch is better off in a new one. */
  isLarge(): boolean;
}

/**
 * Memory that a case really takes: what the process holds resident at its peak (on Linux the peak is reset for every
 * case; elsewhere it only ever grows), and the largest buffer that was asked for. Address space is no measure: V8 and
 * WebAssembly reserve gibibytes of it that cost nothing.
 */
export function createMemoryWatch(): MemoryWatch {
  const requests = watchRequests();
  const resident = process.platform === 'linux' ? createLinuxPeak() : createGrowingPeak();
  let begun = 0;
  let before: { bytes: number; files: number } | null = null;
  return {
    start() {
      begun = resident.start();
      requests.start();
    },
    stop({ memoryMiB = LIMITS.memoryMiB }) {
      const requested = requests.largest() / MIB;
      const taken = Math.max(0, resident.peak() - begun);
      const mebibytes = Math.max(taken, requested);
      if (requested > memoryMiB) return { mebibytes, excess: `asked for a buffer of ${Math.round(requested)} MiB` };
      return { mebibytes, excess: taken > memoryMiB ? `took ${Math.round(taken)} MiB of memory` : null };
    },
    kept() {
      before ??= { bytes: bytesAfterCollection(), files: openFiles() };
      // A collection takes longer than many cases: only where what is not collected yet is too much.
      let bytes = bytesHeld() - before.bytes;
      if (bytes > LIMITS.keptMiB * MIB) bytes = bytesAfterCollection() - before.bytes;
      if (bytes > LIMITS.keptMiB * MIB) return `the cases so far keep ${Math.round(bytes / MIB)} MiB`;
      const files = openFiles() - before.files;
      return files > LIMITS.keptFiles ? `the cases so far keep ${files} files open` : null;
    },
    isLarge: () => process.memoryUsage.rss() / MIB > LIMITS.hostMiB,
  };
}

interface Peak {
  /** @returns MiB at the start */
  start(): number;
  /** MiB at the peak since. */
  peak(): number;
}

function createLinuxPeak(): Peak {
  const status = openSync('/proc/self/status', 'r');
  const references = openSync('/proc/self/clear_refs', 'w');
  const text = Buffer.alloc(2048);
  const peak = (): number => {
    const length = readSync(status, text, 0, text.length, 0);
    return Number(/VmHWM:\s+(\d+) kB/.exec(text.toString('latin1', 0, length))?.[1] ?? 0) / 1024;
  };
  return {
    start() {
      // 5 resets the peak to what is resident now (proc_pid_clear_refs(5)).
      writeSync(references, '5');
      return peak();
    },
    peak,
  };
}

function createGrowingPeak(): Peak {
  const peak = (): number => process.resourceUsage().maxRSS / 1024;
  return { start: peak, peak };
}

function bytesHeld(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function bytesAfterCollection(): number {
  // The memory of buffers is given back after the collection that finds them.
  for (let time = 0; time < 2; time++) globalThis.gc?.();
  return bytesHeld();
}

const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
