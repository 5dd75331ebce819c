import { toSummary } from '../lab/run-book.ts';
import { printJson } from './output.ts';
import { comparisonTable } from './comparison.ts';
import { EXIT, type CommandContext } from './command.ts';
import { showProgress } from './progress.ts';

/** A terminal and the programs in between may each pass on one and the same Ctrl-C. */
const SAME_SIGNAL_MILLISECONDS = 500;

/**
 * Watches runs to their end and prints what came of them. Ctrl-C cancels them and keeps what they reached; a second
 * one ends the program at once. Returns the exit code.
 */
export async function followRuns({ lab, json, print, say }: CommandContext, ids: string[]): Promise<number> {
  const stopProgress = showProgress(lab, ids, process.stderr);
  let interruptedAt: number | null = null;
  const onSignal = (): void => {
    const now = performance.now();
    if (interruptedAt !== null) {
      if (now - interruptedAt < SAME_SIGNAL_MILLISECONDS) return;
      say('Ended at once: the runs can be resumed from their last checkpoints.');
      process.exit(EXIT.failure);
    }
    interruptedAt = now;
    say('Cancelling; what was reached is kept. Once more ends the program at once.');
    lab.cancelRuns(ids).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const runs = await lab.waitForEnd(ids);
    stopProgress();
    if (json) printJson(print, runs.map(toSummary));
    else print(comparisonTable(runs));
    for (const run of runs) if (run.failure) say(`${run.name} (${run.id}) failed: ${run.failure}`);
    return runs.every((run) => run.status === 'finished') ? EXIT.done : EXIT.failure;
  } finally {
    stopProgress();
    for (const signal of signals) process.off(signal, onSignal);
  }
}
