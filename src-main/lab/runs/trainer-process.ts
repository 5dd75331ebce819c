import {
  bytesOf,
  type Amount,
  type CONTROL,
  type RuleAtWork,
  type TrainerEvent,
  type TrainerResult,
} from '../../contract/index.ts';
import { createRuleLimit } from './rule-limit.ts';

/** A trainer that has said its last word may take this long to end its threads. */
const EXIT_GRACE_MILLISECONDS = 3000;
/** A cancelled trainer still evaluates what it reached; one that says nothing for this long is taken to hang. */
const CANCEL_GRACE_MILLISECONDS = 30_000;

/** How a trainer ended. `stopped`: the lab ended it without waiting for a result. */
export type TrainerEnd =
  | { kind: 'finished' | 'cancelled' | 'diverged'; result: TrainerResult }
  | { kind: 'suspended' }
  | { kind: 'stopped' }
  /** `lostDevice`: a new trainer can go on from the last checkpoint. */
  | { kind: 'failed'; message: string; detail: string; lostDevice?: boolean };

/** What is passed on: the others are about the thread itself. */
export type StoredEvent = Exclude<TrainerEvent, { type: 'rule' }>;

export type TrainerCommand = keyof typeof CONTROL;

/** One run's trainer as the lab sees it. */
export interface TrainerProcess {
  /** Heeded within a step. */
  ask(command: TrainerCommand): void;
  /** Ends the thread at once; what was not checkpointed is lost. */
  stop(): void;
  /** What it said that is not stored yet. */
  unstored(): Amount;
  /** Settles once the thread is gone; never rejects. */
  ended: Promise<TrainerEnd>;
}

/** What a trainer's thread tells whoever watches over it. */
export interface TrainerListeners {
  onEvent(event: TrainerEvent): void;
  /** It cannot go on; `onExit` follows. */
  onCrash(message: string, detail: string): void;
  /** It is gone; `description` says how, for the case that nothing was said before. */
  onExit(description: string): void;
}

/** The thread a trainer runs in: a worker thread of Node, or a Web Worker of the window that owns the graphics card. */
export interface TrainerThread {
  /** Also wakes a trainer that waits. */
  setCommand(command: TrainerCommand): void;
  /** That much more of what it said is stored. */
  addStored(amount: Amount): void;
  /** `onExit` follows. */
  terminate(): void;
}

/**
 * Watches over a trainer's thread from its start to its end.
 * @param onEvent hears all the trainer says before its end, in order; settles once that is stored, or never will be
 * @param tooSlow why a run ends whose method takes too long for an update
 */
export function superviseTrainer(
  start: (listeners: TrainerListeners) => TrainerThread,
  onEvent: (event: StoredEvent) => Promise<void>,
  tooSlow: (rule: RuleAtWork) => string,
): TrainerProcess {
  let end: TrainerEnd | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isCancelled = false;
  const unstored: Amount = { messages: 0, bytes: 0 };
  let exited: (end: TrainerEnd) => void = () => undefined;
  const ended = new Promise<TrainerEnd>((resolve) => (exited = resolve));

  const endWithin = (milliseconds: number, ending: TrainerEnd): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      end ??= ending;
      thread.terminate();
    }, milliseconds);
  };
  const expectNews = (): void => endWithin(CANCEL_GRACE_MILLISECONDS, { kind: 'stopped' });
  const settle = (ending: TrainerEnd): void => {
    end ??= ending;
    endWithin(EXIT_GRACE_MILLISECONDS, ending);
  };

  /** The amount is taken first: arrays may go over to the store, and are empty here afterwards. */
  const passOn = (event: StoredEvent): void => {
    const amount: Amount = { messages: 1, bytes: bytesOf(event) };
    add(unstored, amount, 1);
    void onEvent(event).finally(() => {
      add(unstored, amount, -1);
      thread.addStored(amount);
    });
  };

  const limit = createRuleLimit((rule) => {
    const message = tooSlow(rule);
    end ??= { kind: 'failed', message, detail: message };
    thread.terminate();
  });

  const thread = start({
    onEvent(event) {
      if (end) return;
      if (event.type === 'rule') return limit.heed(event.rule);
      if (isCancelled) expectNews();
      if (event.type === 'finished') settle({ kind: event.outcome, result: event.result });
      else if (event.type === 'suspended') settle({ kind: 'suspended' });
      else if (event.type === 'failed') {
        const { message, detail, lostDevice } = event;
        settle({ kind: 'failed', message, detail, lostDevice });
      } else passOn(event);
    },
    onCrash: (message, detail) => settle({ kind: 'failed', message, detail }),
    onExit(description) {
      limit.end();
      if (timer) clearTimeout(timer);
      const message = `The training thread ended without a result (${description}).`;
      exited(end ?? { kind: 'failed', message, detail: message });
    },
  });
  return {
    ask(command) {
      if (end) return;
      thread.setCommand(command);
      isCancelled = command === 'cancel';
      if (isCancelled) expectNews();
    },
    stop() {
      end ??= { kind: 'stopped' };
      thread.terminate();
    },
    unstored: () => ({ ...unstored }),
    ended,
  };
}

function add(total: Amount, { messages, bytes }: Amount, times: 1 | -1): void {
  total.messages += times * messages;
  total.bytes += times * bytes;
}
