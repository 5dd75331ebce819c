import type { Database } from 'better-sqlite3';
import { StoreError } from './errors.ts';
import type { FolderPresence } from './folder-presence.ts';
import { policyOf } from './request-policy.ts';
import type { StoreRequest } from './protocol.ts';
import { inOneTransaction, type Outcome } from './shared-transaction.ts';
import { createUnstored } from './unstored.ts';

/** How often a folder that is away is looked for. */
const LOOK_MILLISECONDS = 250;

export interface Answered {
  request: StoreRequest;
  outcome: Outcome;
}

export interface RequestQueueParts {
  folder: string;
  /** Carries out one request. @throws where it cannot */
  answer(request: StoreRequest): unknown;
  presence(): FolderPresence;
  /** The open store, where it may write. */
  writing(): { database: Database; methods: { forget(): void } } | null;
  reply(answered: Answered[]): void;
  /** The data folder went away (what to do about it) or came back (null). */
  tell(problem: string | null): void;
}

export interface RequestQueue {
  add(requests: StoreRequest[]): void;
  /** Looks for no folder any more. */
  stop(): void;
}

/**
 * Carries out requests in the order they came, neighbours that may share a transaction in one. While the data folder is
 * away, what runs record waits here until the same folder is back, or the lab abandons it.
 */
export function createRequestQueue(parts: RequestQueueParts): RequestQueue {
  const { folder, answer, presence, writing, reply, tell } = parts;
  const unstored = createUnstored();
  let waiting: StoreRequest[] = [];
  let abandoned = false;
  let reported: FolderPresence = 'here';
  let timer: NodeJS.Timeout | null = null;

  const attempt = (request: StoreRequest): Outcome => {
    try {
      return { ok: true, value: answer(request) };
    } catch (error) {
      // What is remembered of the database may be of a change that was undone.
      if (request.kind === 'write') writing()?.methods.forget();
      return { ok: false, error };
    }
  };

  function carryOut(): void {
    while (waiting.length > 0) {
      const found = presence();
      if (found !== 'here') return withoutFolder(found);
      folderIsHere();
      const store = writing();
      const others = waiting.findIndex((request) => !policyOf(request).shared);
      const shared = store ? waiting.slice(0, others < 0 ? waiting.length : others) : [];
      if (!store || shared.length === 0) {
        const [request] = waiting;
        const outcome = attempt(request);
        // It went away in the middle: done again when it is back.
        if (!outcome.ok && policyOf(request).away === 'wait' && presence() !== 'here') continue;
        waiting.shift();
        reply([{ request, outcome: closingOutcome(request, outcome) }]);
        continue;
      }
      const calls = shared.map((request) => () => answer(request));
      const outcomes = inOneTransaction(store.database, calls, () => store.methods.forget());
      waiting.splice(0, outcomes.length);
      reply(outcomes.map((outcome, index) => ({ request: shared[index], outcome })));
    }
  }

  function folderIsHere(): void {
    if (reported === 'here') return;
    reported = 'here';
    stop();
    tell(null);
  }

  function withoutFolder(found: 'away' | 'removed'): void {
    if (reported !== found) tell(found === 'removed' ? whenRemoved(folder) : whenAway(folder));
    reported = found;
    timer ??= setInterval(look, LOOK_MILLISECONDS);
    const kept: StoreRequest[] = [];
    for (const request of waiting) {
      const { away } = policyOf(request);
      if (away === 'skip') reply([{ request, outcome: { ok: true, value: null } }]);
      else if (away === 'answer') reply([{ request, outcome: closingOutcome(request, attempt(request)) }]);
      else if (away === 'refuse' || abandoned || found === 'removed') refuse(request, found);
      else kept.push(request);
    }
    waiting = kept;
  }

  function refuse(request: StoreRequest, found: 'away' | 'removed'): void {
    if (policyOf(request).away === 'wait') unstored.add(request);
    const error = new StoreError('folder-gone', found === 'removed' ? whenRemoved(folder) : whenAway(folder));
    reply([{ request, outcome: { ok: false, error } }]);
  }

  /** Closing says what never reached the disk. */
  function closingOutcome(request: StoreRequest, outcome: Outcome): Outcome {
    const lost = request.kind === 'close' && outcome.ok ? unstored.describe() : null;
    return lost === null ? outcome : { ok: false, error: new StoreError('folder-gone', whenLost(folder, lost)) };
  }

  function look(): void {
    const found = presence();
    if (found !== 'here') return withoutFolder(found);
    folderIsHere();
    carryOut();
  }

  function stop(): void {
    if (timer) clearInterval(timer);
    timer = null;
  }

  return {
    add(requests) {
      for (const request of requests) waiting.push(request);
      abandoned ||= requests.some(({ kind }) => kind === 'abandon' || kind === 'close');
      carryOut();
    },
    stop,
  };
}

const whenAway = (folder: string): string =>
  `The data folder ${folder} was moved or removed while it was in use. Put it back, then resume its runs: what is ` +
  'not stored yet waits in memory until then.';

const whenRemoved = (folder: string): string =>
  `The data folder ${folder} was removed while it was in use, with all that it held. Nothing more can be stored: close ` +
  'Espalier and start it again.';

const whenLost = (folder: string, lost: string): string =>
  `The data folder ${folder} was moved or removed, and is not back: not stored, and lost, are ${lost}. What was stored ` +
  'before is in the folder, wherever it is now: put it back, then press Resume or run `resume ID`.';
