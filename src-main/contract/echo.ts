import { visibleText } from './visible-text.ts';

/** Characters of what a person gave that a message repeats. */
export const LONGEST_ECHO = 100;
/** Lines that list what is wrong with one input. */
export const MOST_LISTED = 20;

/**
 * What a person gave, as a message repeats it: its beginning and, where it is longer than `maximum` characters, how
 * long it is. Nothing of it acts on a terminal.
 */
export function shortened(text: string, maximum = LONGEST_ECHO): string {
  if (text.length <= maximum) return visibleText(text);
  // Not between the halves of a pair: half of one is no character.
  const isHalf = /[\ud800-\udbff]/.test(text[maximum - 1]);
  const beginning = visibleText(text.slice(0, isHalf ? maximum - 1 : maximum));
  return `${beginning}… (${text.length.toLocaleString('en-GB')} characters)`;
}

/** The first of many lines, and how many more there are. */
export const listed = (lines: readonly string[], most = MOST_LISTED): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `and ${(lines.length - most).toLocaleString('en-GB')} more`];
