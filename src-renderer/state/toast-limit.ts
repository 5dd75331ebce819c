/** As many as stand on one another without hiding the page. */
const MOST = 4;

export interface Limited {
  kind: 'done' | 'error';
  action: unknown;
}

/** What a person must be able to read or to press, however much else is said meanwhile. */
const isKept = ({ kind, action }: Limited): boolean => kind === 'error' || action !== null;

/**
 * The notices with one more. Where they become too many, the oldest plain one gives way; one with an action or an error
 * gives way only to another such.
 */
export function withToast<T extends Limited>(toasts: readonly T[], added: T): T[] {
  if (toasts.length < MOST) return [...toasts, added];
  const plain = toasts.findIndex((toast) => !isKept(toast));
  const gone = plain < 0 && isKept(added) ? 0 : plain;
  return [...toasts.filter((_, index) => index !== gone), added];
}
