import type { EngineMeasurement, EngineName, TrainerEvent } from '../../contract/index.ts';
import type { TrainerListeners, TrainerThread } from '../runs/trainer-process.ts';

/** Drivers that compile for long are waited for; those that hang are not. */
const LIMIT_MILLISECONDS = 90_000;

/**
 * What a trainer's thread measures, which then ends. Whatever goes wrong is why these engines are left.
 * @throws the signal's reason, at once, where it is aborted
 */
export function measureIn(
  startThread: (listeners: TrainerListeners) => TrainerThread,
  engines: readonly EngineName[],
  signal: AbortSignal,
): Promise<EngineMeasurement> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
      thread.terminate();
    };
    const giveUp = (reason: string): void =>
      end(() => resolve({ measured: [], left: engines.map((engine) => ({ engine, reason })) }));
    const abort = (): void => end(() => reject(signal.reason as Error));
    const timer = setTimeout(
      () => giveUp(`It measured nothing within ${LIMIT_MILLISECONDS / 1000} s.`),
      LIMIT_MILLISECONDS,
    );
    signal.addEventListener('abort', abort);
    const thread = startThread({
      onEvent(event: TrainerEvent) {
        if (event.type === 'engines-measured') end(() => resolve({ measured: event.measured, left: event.left }));
        else if (event.type === 'failed') giveUp(event.message);
      },
      onCrash: giveUp,
      onExit: (description) => giveUp(`Its thread ended without a measurement (${description}).`),
    });
    if (signal.aborted) abort();
  });
}
