import type { Entrance } from './entrance.ts';
import { LIMITS } from './limits.ts';

/** What was broken. */
export type Rule = 'crash' | 'hang' | 'memory' | 'outside' | 'error' | 'message' | 'meaning';

export const RULES: Readonly<Record<Rule, string>> = {
  crash: 'the process ended',
  hang: `more than ${LIMITS.processorMilliseconds / 1000} s of processor time, or waiting for what never comes`,
  memory: 'more memory than the cap, or memory and files that are kept',
  outside: 'a file outside the case’s folder was touched',
  error: 'an error that is no refusal of the product',
  message: 'a refusal that does not name the cause',
  meaning: 'an accepted input that makes no sense',
};

export type Verdict =
  { kind: 'accepted' } | { kind: 'refused'; message: string } | { kind: 'failed'; rule: Rule; detail: string };

export type Failure = Extract<Verdict, { kind: 'failed' }>;

export const failed = (rule: Rule, detail: string): Failure => ({ kind: 'failed', rule, detail });

/** Words of the runtime, which say nothing to whoever wrote the input. */
const RUNTIME_WORDS =
  /\n\s+at |Cannot (read|set) propert|is not a function|is not iterable|Invalid (typed )?array length|call stack size|out(side)? (of )?(the )?bounds|Array buffer allocation|Cannot (convert|mix) |multiple of \d+$|is not a constructor|\bundefined\b|\[object \w+\]/;

/** All that a terminal takes for an order; line ends are the message's own. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** What an error that the product threw amounts to. @param causes one of which its message has to name */
export function judgeError(
  { refusals, longestMessage = LIMITS.messageCharacters }: Entrance,
  error: unknown,
  causes: readonly string[],
): Verdict {
  if (!(error instanceof Error)) return failed('error', `threw ${typeof error} ${String(error).slice(0, 200)}`);
  const { name, message } = error;
  if (name === 'Meaningless') return failed('meaning', message);
  if (!refusals.includes(name)) {
    return failed('error', `${name}: ${message.slice(0, 300)}${firstFrame(error)}`);
  }
  if (message.length > longestMessage) {
    return failed('message', `has more than ${longestMessage} characters: ${name}`);
  }
  if (RUNTIME_WORDS.test(message)) return failed('message', `speaks of the runtime: ${name}: ${message.slice(0, 300)}`);
  if (CONTROL.test(message)) {
    return failed('message', `holds a control character: ${name}: ${JSON.stringify(message.slice(0, 300))}`);
  }
  if (causes.length > 0 && !causes.some((cause) => message.includes(cause))) {
    return failed('message', `names no cause: ${name}: ${message.slice(0, 300)}`);
  }
  return { kind: 'refused', message };
}

/** The first line of ours in its stack. */
function firstFrame({ stack = '' }: Error): string {
  const frame = stack.split('\n').find((line) => /\bat\b.*(src-main|src-renderer)/.test(line));
  return frame === undefined
    ? ''
    : ` (${frame
        .trim()
        .replace(/^at /, '')
        .replace(/file:\/\/\S*\/(src-)/, '$1')})`;
}

/** The same words for the same kind of thing: without numbers, quotations and paths. */
export const kindOf = (text: string): string =>
  text
    .replace(/\/\S+/g, 'PATH')
    .replace(/"[^"]*"|“[^”]*”|'[^']*'/g, 'TEXT')
    .replace(/-?\d[\d.,e+-]*/gi, 'N')
    .replace(/[^\x20-\x7e]+/g, '?')
    .slice(0, 90);
