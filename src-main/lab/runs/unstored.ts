import { counted, type Amount } from '../../contract/index.ts';

/** What would be lost if everything ended now. */
export interface Unstored extends Amount {
  /** That said it, or whose end it is. */
  runs: number;
  /** Why it cannot be stored now, and what to do, for the reader; null where it is on its way. */
  because: string | null;
}

/** `4,096 messages (3.1 MiB) of 2 runs` */
export function describeUnstored({ runs, messages, bytes }: Unstored): string {
  const size = bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(0)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${counted(messages, 'message')} (${size}) of ${counted(runs, 'run')}`;
}
