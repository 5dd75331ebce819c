const MEBIBYTE = 1024 * 1024;

/** One line for the person at the terminal. Standard error, so that standard output stays clean for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface Progress {
  /** Reports how much is done, in the unit the progress was opened with. */
  update(done: number): void;
  /** Ends the line; `summary` replaces the bar. */
  finish(summary: string): void;
}

/**
 * A line on standard error with amount, percentage and time left. Redrawn in place on a terminal; elsewhere (a log
 * file, CI) a new line every 10 %.
 *
 * @param totalBytes expected size in bytes, or null where it is unknown (no percentage, no time left)
 */
export function openProgress(label: string, totalBytes: number | null): Progress {
  const startedAt = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  let lastDrawnAt = 0;
  let lastTenth = 0;

  return {
    update(done) {
      const now = performance.now();
      if (isTerminal) {
        if (now - lastDrawnAt < 150) return;
        lastDrawnAt = now;
        process.stderr.write(`\r\x1b[K${describe(label, done, totalBytes, (now - startedAt) / 1000)}`);
        return;
      }
      const tenth = totalBytes === null ? 0 : Math.min(9, Math.floor((done / totalBytes) * 10));
      if (tenth <= lastTenth) return;
      lastTenth = tenth;
      say(describe(label, done, totalBytes, (now - startedAt) / 1000));
    },
    finish(summary) {
      process.stderr.write(`${isTerminal ? '\r\x1b[K' : ''}${summary}\n`);
    },
  };
}

function describe(label: string, done: number, total: number | null, elapsedSeconds: number): string {
  const amount = `${(done / MEBIBYTE).toFixed(0)} MB`;
  if (total === null || total <= 0) return `${label}: ${amount}`;
  const part = Math.min(1, done / total);
  const left = part > 0.01 ? `, ${formatSeconds((elapsedSeconds * (1 - part)) / part)} left` : '';
  return `${label}: ${amount} of ${(total / MEBIBYTE).toFixed(0)} MB (${Math.round(part * 100)} %${left})`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
