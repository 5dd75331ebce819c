import { SUSPEND_GRACE_MILLISECONDS } from '../lab/runs/run-controller.ts';
import { describeUnstored, type Unstored } from '../lab/runs/unstored.ts';

/** The lab's own limit, and time to close the store after it. */
export const CLOSING_LIMIT_MILLISECONDS = SUSPEND_GRACE_MILLISECONDS + 10_000;

export interface ClosingParts {
  /** Writes everything down; rejects where something is lost, saying what. */
  close(): Promise<void>;
  unstored(): Unstored;
  /** Whether to wait on, asked of a person until `signal`. False where nobody is there to answer. */
  waitOn(question: ClosingQuestion, signal: AbortSignal): Promise<boolean>;
  /** What is lost, for the reader. */
  tellLoss(text: string): Promise<void>;
  /** After this, somebody is asked, or what is not stored by then is lost. */
  limitMilliseconds: number;
}

/** For a dialog; the first button waits on. */
export interface ClosingQuestion {
  message: string;
  detail: string;
  buttons: [wait: string, quit: string];
}

/** Closes the lab, and says what is lost. Never rejects. */
export async function closeInGoodOrder(parts: ClosingParts): Promise<void> {
  const { close, unstored, waitOn, tellLoss, limitMilliseconds } = parts;
  const closing = close().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  for (;;) {
    const loss = await within(closing, limitMilliseconds);
    if (loss === null) return;
    if (loss !== LATE) return tellLoss(loss);
    const left = unstored();
    const closed = new AbortController();
    void closing.then(() => closed.abort());
    const goesOn = await Promise.race([waitOn(closingQuestion(left), closed.signal), closing.then(() => true)]);
    if (goesOn) continue;
    return isNothing(left) ? undefined : tellLoss(`Not stored, and lost, are ${describeUnstored(left)}. ${AFTERWARDS}`);
  }
}

/** Of what runs said. */
const isNothing = ({ runs, messages }: Unstored): boolean => runs === 0 && messages === 0;

const AFTERWARDS = 'The runs can be resumed from what was stored.';

const closingQuestion = (left: Unstored): ClosingQuestion =>
  isNothing(left)
    ? {
        message: 'The database is not closed yet. Wait for it?',
        detail: 'All that runs said is stored. Where Espalier ends now, the next start checks the whole database.',
        buttons: ['Wait', 'Quit now'],
      }
    : {
        message: `Not stored yet: ${describeUnstored(left)}. Wait for that?`,
        detail: `It is lost where Espalier ends now. ${AFTERWARDS}`,
        buttons: ['Wait', 'Quit and lose it'],
      };

const LATE = Symbol('late');

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
