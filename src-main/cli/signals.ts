import { describeUnstored } from '../lab/runs/unstored.ts';
import { EXIT, type CommandContext } from './command.ts';

/** A terminal and the programs in between may each pass on one and the same Ctrl-C; `timeout` sends its signal twice. */
const SAME_SIGNAL_MILLISECONDS = 500;

/** What asks a program to end: Ctrl-C; `kill`, a cluster or a shutdown; a terminal that goes away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type EndingSignal = (typeof SIGNALS)[number];

/**
 * Hears the first signal to end; a later one ends the program at once, and says what that loses. Returns the function that stops listening, which
 * does nothing once a signal has come: what is being written down must not be cut off by its echo.
 */
export function onEndingSignal(
  { lab, say }: Pick<CommandContext, 'lab' | 'say'>,
  listener: (signal: EndingSignal) => void,
): () => void {
  let firstAt: number | null = null;
  const hear = (signal: EndingSignal): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      listener(signal);
    } else if (now - firstAt >= SAME_SIGNAL_MILLISECONDS) {
      const left = lab.unstored();
      const lost = left.messages > 0 ? `; not stored, and lost, are ${describeUnstored(left)}` : '';
      say(`Ended at once${lost}. The runs can be resumed from their last checkpoints.`);
      process.exit(EXIT.failure);
    }
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    if (firstAt === null) for (const signal of SIGNALS) process.off(signal, hear);
  };
}
