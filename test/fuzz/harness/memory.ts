import { openSync, readSync, readdirSync } from 'node:fs';
import type { Entrance } from './entrance.ts';
import { LIMITS } from './limits.ts';

const MIB = 2 ** 20;

export interface MemoryWatch {
  /** What the peaks have grown by since the last call, where that is more than the entrance may take; else null. */
  excess(entrance: Entrance): string | null;
  /** Whether the peaks stand so high that a case could hide below them. */
  isHigh(entrance: Entrance): boolean;
  /** What is kept since the first call with these words, after a garbage collection; null where that is fine. */
  kept(): string | null;
}

/** Peaks of this process: resident memory everywhere, address space where the system tells it (Linux). */
export function createMemoryWatch(): MemoryWatch {
  const status = process.platform === 'linux' ? openSync('/proc/self/status', 'r') : null;
  const text = Buffer.alloc(2048);
  const reserved = (): number => {
    if (status === null) return 0;
    const length = readSync(status, text, 0, text.length, 0);
    return Number(/VmPeak:\s+(\d+) kB/.exec(text.toString('latin1', 0, length))?.[1] ?? 0) / 1024;
  };
  const resident = (): number => process.resourceUsage().maxRSS / 1024;
  const started = process.memoryUsage.rss() / MIB;
  let peaks = { resident: resident(), reserved: reserved() };
  let before: { bytes: number; files: number } | null = null;
  return {
    excess({ residentMiB = LIMITS.residentMiB, reservedMiB = LIMITS.reservedMiB }) {
      const now = { resident: resident(), reserved: reserved() };
      const grown = { resident: now.resident - peaks.resident, reserved: now.reserved - peaks.reserved };
      peaks = now;
      if (grown.resident > residentMiB) return `took ${Math.round(grown.resident)} MiB of memory`;
      if (reservedMiB !== null && grown.reserved > reservedMiB) return `reserved ${Math.round(grown.reserved)} MiB`;
      return null;
    },
    isHigh: ({ residentMiB = LIMITS.residentMiB }) => peaks.resident > started + 2 * residentMiB,
    kept() {
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      const now = { bytes: heapUsed + external, files: openFiles() };
      before ??= now;
      const mebibytes = (now.bytes - before.bytes) / MIB;
      if (mebibytes > LIMITS.keptMiB) return `the cases so far keep ${Math.round(mebibytes)} MiB`;
      const files = now.files - before.files;
      return files > LIMITS.keptFiles ? `the cases so far keep ${files} files open` : null;
    },
  };
}

const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
