/**
 * Text of people and files (names of runs, classes, layers, files; messages that echo them) as it may be shown: what
 * would act on a terminal, a line or the direction of reading stands as its escape instead, `\u001b` or `\n`.
 */

/** Control and format characters, line separators, half surrogates and whatever else has no glyph of its own. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
/** Within an emoji a joiner and a variation selector are part of the picture (UTS 51). */
const WITHIN_EMOJI =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Emoji}])\ufe0f/gu;
/** What stands between the lines and columns of text that is made of several. */
const BETWEEN = /(\r?\n|\t)/;

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line, safe to print: nothing of it moves a cursor, ends the line or turns the reading order. */
export function visibleText(text: string): string {
  const kept = new Set([...text.matchAll(WITHIN_EMOJI)].map(({ index }) => index));
  return text.replace(INVISIBLE, (sign, index: number) => (kept.has(index) ? sign : (SHORT[sign] ?? escaped(sign))));
}

/** The same for text that is made of several lines, whose line ends and tabs stay. */
export const visibleLines = (text: string): string =>
  text
    .split(BETWEEN)
    .map((part, at) => (at % 2 === 1 ? part : visibleText(part)))
    .join('');

/** The same with all lines but the first set in, so that no line of it passes for another's. */
export const visibleBlock = (text: string): string => visibleLines(text).replaceAll('\n', '\n  ');

/** JSON in which the same characters stand as JSON's own escapes: the data as they are, and safe to print. */
export const visibleJson = (json: string): string =>
  json.replace(INVISIBLE, (sign) => (sign === '\n' ? sign : escaped(sign)));

/** In UTF-16 units, as JSON and JavaScript write them. */
const escaped = (sign: string): string =>
  [...Array(sign.length).keys()].map((at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const LONGEST_FILE_NAME = 120;

/** A name that every file system takes, of text that may hold anything: no path, no control sign, no device. */
export function fileName(text: string): string {
  const plain = text
    .replace(INVISIBLE, '')
    .replace(/[\\/:*?"<>|]/g, '-')
    .trim()
    .replace(/^\.+/, '');
  const cut = [...plain]
    .slice(0, LONGEST_FILE_NAME)
    .join('')
    .replace(/[. ]+$/, '');
  if (cut === '') return 'untitled';
  return DEVICE.test(cut) ? `_${cut}` : cut;
}

/** A spreadsheet takes text that starts with one of these for a formula, also in their full width. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/;

/**
 * A cell of a comma-separated file (RFC 4180): text is quoted where it must be, shown by `visibleText`, and gets an
 * apostrophe where a spreadsheet would take it for a formula and not for a number. Exact names stand in JSON.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const shown = visibleText(value);
  const safe = FORMULA.test(shown) && !Number.isFinite(Number(shown)) ? `'${shown}` : shown;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
