/** What Vitest reports beside failed tests. */
export interface Crashes {
  /** Test files whose process a check of V8 ended. */
  files: string[];
  otherErrors: number;
}

interface OutsideError {
  readonly cause?: unknown;
}

/**
 * V8 ends its process by SIGTRAP where a check of its own fails; a fault in native code (SIGSEGV, SIGABRT) is another
 * matter. The check known here is `jit_page.has_value()`, which came in some suites where threads with WebAssembly come
 * and go (nodejs/node#64500), until `support/threaded-node.ts` took what it checks away.
 */
const V8_ENDED = /exited unexpectedly with signal SIGTRAP .*while running test file (.+)$/;

export function crashesOf(errors: readonly OutsideError[]): Crashes {
  const files = errors.flatMap(({ cause }) => {
    const message = typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : '';
    return V8_ENDED.exec(message)?.[1] ?? [];
  });
  return { files, otherErrors: errors.length - files.length };
}
