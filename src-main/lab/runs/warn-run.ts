import { withWarning, type RunWarning } from '../../contract/index.ts';
import type { Recorder } from './recorder.ts';
import type { RunBook } from './run-book.ts';

/** A warning stays with its run, and stands in its log at the moment it came. Rejects where it cannot be stored. */
export function warnRun(
  { book, recorder }: { book: RunBook; recorder: Recorder },
  id: string,
  warning: RunWarning,
): Promise<void> {
  void recorder.log(id, 'warning', warning.text);
  return book.change([id], { warnings: withWarning(book.latest(id).warnings, warning) });
}
