import { shortened, visibleText, type MethodSource } from '../../contract/index.ts';

/** Where two contents of a file first differ, in one line: `line 4 was "a" and is "b"`. */
export function firstDifference(before: string, now: string): string {
  const [old, fresh] = [before, now].map((code) => code.split(/\r?\n/));
  const at = old.findIndex((line, index) => line !== fresh[index]);
  if (at < 0) {
    if (old.length === fresh.length) return 'only the ends of its lines differ';
    return `line ${old.length + 1} was not there and is ${quoted(fresh[old.length])}`;
  }
  if (at >= fresh.length) return `line ${at + 1} was ${quoted(old[at])} and is gone`;
  return `line ${at + 1} was ${quoted(old[at])} and is ${quoted(fresh[at])}`;
}

const quoted = (line: string): string => `"${visibleText(shortened(line.trim()))}"`;

/** Why a run of a person's own method does not go on by itself. */
export const changedMethodText = (run: { id: string; name: string }, then: MethodSource, now: MethodSource): string =>
  `The method of run ${visibleText(run.name)} (${run.id}) has changed: in ${now.file}, ` +
  `${firstDifference(then.code, now.code)}. Put the file back as it was, or go on with the method as it is now: ` +
  'resume with --accept-changed-method, or the same in the window.';
