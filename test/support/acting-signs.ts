/** What acts on a terminal, a line or the direction of reading: none of it may come out of a name raw. */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The acting signs of a text, as their codes; the ends of its own lines and the joiner within an emoji are none. */
export const actingSigns = (text: string): string[] =>
  [
    ...text
      .replaceAll('\r\n', '\n')
      .replace(/(?<=\p{Extended_Pictographic})\u200d/gu, '')
      .matchAll(ACTING),
  ]
    .map(([sign]) => sign)
    .filter((sign) => sign !== '\n')
    .map((sign) => `U+${sign.codePointAt(0)?.toString(16).padStart(4, '0')}`);

/** Names that a run, a study, a variant, a class or a folder may have. */
export const HOSTILE_NAMES = [
  "=cmd|' /C calc'!A0",
  '+1+1',
  '@SUM(1,1)',
  '-2+3',
  'a,b"c\nd',
  'emoji 😀 日本語 e\u0301',
  '\u001b[31mred\u0007',
  '\u202egnp.exe',
  'tab\tname',
  '<img src=x onerror=alert(1)>',
  '  spaces  ',
  'dup',
  'dup',
  '\tleading tab =1',
  'a|b & c_d 100% #1 $x$ ~^{}',
  '\u009b31mc1\u0085\u2028\u2029',
  '\u2066isolate\u2069\u200f\u061c\u200b\ufeff',
  'over\r\u001b[2K\u001b[1Awritten',
] as const;
