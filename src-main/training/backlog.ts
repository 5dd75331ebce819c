import { LONGEST_BACKLOG, bytesOf, type Amount } from '../contract/index.ts';
import type { Control } from './control.ts';
import type { Post } from './reporter.ts';

/** What a trainer has said that is not stored yet. */
export interface Backlog {
  isTooLong(): boolean;
  /** Settles once it is short enough again, or the lab wants anything but training; may block the thread. */
  shorten(): Promise<void>;
  /** Spent in `shorten`. */
  waitedSeconds(): number;
}

/** @returns the backlog, and `post` as it must be called so that all that is said is counted */
export function countBacklog(post: Post, control: Control): Backlog & { post: Post } {
  const said: Amount = { messages: 0, bytes: 0 };
  let waitedMilliseconds = 0;
  const isTooLong = (): boolean => {
    const stored = control.stored();
    return (
      said.messages - stored.messages > LONGEST_BACKLOG.messages || said.bytes - stored.bytes > LONGEST_BACKLOG.bytes
    );
  };
  return {
    post(event, transfer) {
      said.messages++;
      said.bytes += bytesOf(event);
      post(event, transfer);
    },
    isTooLong,
    async shorten() {
      const since = performance.now();
      await control.until(() => control.wanted() !== 'run' || !isTooLong());
      waitedMilliseconds += performance.now() - since;
    },
    waitedSeconds: () => waitedMilliseconds / 1000,
  };
}
