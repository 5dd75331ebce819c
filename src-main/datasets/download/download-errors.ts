import { ReadableError } from '../../contract/index.ts';

/** The person cancelled. */
export class DownloadCancelledError extends ReadableError {
  override readonly name = 'DownloadCancelledError';

  constructor() {
    super('The download was cancelled. What was fetched is kept, and the next download goes on from there.');
  }
}

/** The server answered, but not with the file. */
export class HttpStatusError extends ReadableError {
  override readonly name = 'HttpStatusError';
  /** Whether asking again may help. */
  readonly mayPass: boolean;

  constructor(url: string, status: number, text: string) {
    super(`${url}: the server answers ${status}${text ? ` ${text}` : ''}.`);
    this.mayPass = status === 429 || status >= 500;
  }
}

/** There is no way to the server, or none that lasts. */
export class UnreachableError extends ReadableError {
  override readonly name = 'UnreachableError';

  constructor(url: string, reason: string) {
    super(`${url}: cannot be reached, or breaks off (${reason}).`);
  }
}

/** The innermost cause: fetch itself says no more than `fetch failed`. */
export function reasonOf(error: unknown): string {
  if (error === null) return 'the connection ended early';
  const { cause, message, name } = error as Error & { cause?: unknown };
  if (name === 'AbortError') return 'nothing came any more';
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? reasonOf(cause) : message;
}
