import { toSummary } from '../lab/runs/run-book.ts';
import { printJson } from './output.ts';
import { comparisonTable } from './comparison.ts';
import { EXIT, type CommandContext } from './command.ts';
import { showProgress } from './progress.ts';
import { sayWarnings } from './run-warnings.ts';
import { onEndingSignal } from './signals.ts';

/**
 * Watches runs to their end and prints what came of them. Ctrl-C cancels them and keeps what they reached; any other
 * signal to end leaves them to be suspended when the lab closes. Returns the exit code.
 */
export async function followRuns(context: CommandContext, ids: string[]): Promise<number> {
  const { lab, json, print, say } = context;
  const stopProgress = showProgress(lab, ids, process.stderr);
  let suspend: () => void = () => undefined;
  const suspended = new Promise<null>((resolve) => (suspend = () => resolve(null)));
  const stopListening = onEndingSignal(context, (signal) => {
    if (signal !== 'SIGINT') return suspend();
    say('Cancelling; what was reached is kept. Once more ends the program at once.');
    lab.cancelRuns(ids).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  });
  try {
    const runs = await Promise.race([lab.waitForEnd(ids), suspended]);
    stopProgress();
    if (runs === null) {
      say(`Stopping; what was reached is kept. To go on: resume ${ids.join(' ')}`);
      return EXIT.failure;
    }
    if (json) printJson(print, runs.map(toSummary));
    else print(comparisonTable(runs));
    sayWarnings(say, runs);
    return runs.every((run) => run.status === 'finished') ? EXIT.done : EXIT.failure;
  } finally {
    stopProgress();
    stopListening();
  }
}
