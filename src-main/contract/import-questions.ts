import type { ImportChoices, ImportReport } from './datasets.ts';

/** What the choices of an import are called on the command line. */
export const IMPORT_OPTION_OF = {
  name: 'name',
  onBadFile: 'on-bad-file',
  size: 'size',
  resize: 'resize',
  channels: 'channels',
  testShare: 'test-share',
  seed: 'seed',
  keepFiles: 'keep-files',
  labels: 'labels',
  images: 'images',
  config: 'config',
  trainSplits: 'train-split',
  testSplits: 'test-split',
  valueRange: 'value-range',
  mostGibibytes: 'most-gib',
} as const satisfies Record<keyof ImportChoices, string>;

/** Every choice can be what an import asks about. */
export type DecidingChoice = keyof ImportChoices;

/** A few images, made small: `[count, height, width, channels]`. */
export interface PreviewImages {
  count: number;
  height: number;
  width: number;
  channels: 1 | 3;
  pixels: Uint8Array;
}

/** One of the ways to understand what is to be imported. */
export interface ImportAnswer {
  /** As the files call it, such as `train` or `mask`. */
  title: string;
  /** What it would give, such as `12 images to train on, 4 to test with`. */
  outcome: string;
  /** What this answer adds to the choices that were made. */
  choices: Partial<ImportChoices>;
  /** A few of its images as they would be; null where none can be shown. */
  preview: PreviewImages | null;
}

/** What an import cannot know by itself. */
export interface ImportQuestion {
  /** The folder or file that it is about. */
  path: string;
  /** Whole sentences: what cannot be known, or not be done as it was chosen. “It” in the first is what `path` names. */
  problem: string;
  /** The choices that decide, of which `answers` makes some; empty where `problem` says what to do. */
  decides: DecidingChoice[];
  /** Those that can be listed; there may be others. */
  answers: ImportAnswer[];
}

export const isImportQuestion = (outcome: ImportReport | ImportQuestion): outcome is ImportQuestion =>
  'answers' in outcome;

interface Typing<Value> {
  /** What follows the option, with what stands between. */
  form: string;
  /** The same of a value; nothing where the option says it all. */
  typed: (value: Value) => string;
}

const quoted = (text: string): string => (/^[\p{L}\p{N}._,/-]+$/u.test(text) ? text : JSON.stringify(text));
const spaced = (value: string | number): string => ` ${quoted(String(value))}`;
const names: Typing<readonly string[]> = { form: ' NAME[,NAME]', typed: (all) => spaced(all.join(',') || 'none') };
const one = (form: string): Typing<string | number> => ({ form: ` ${form}`, typed: spaced });

/** How the options of the command line are typed. */
const TYPED: { [Choice in DecidingChoice]: Typing<NonNullable<ImportChoices[Choice]>> } = {
  name: one('ID'),
  onBadFile: one('stop|skip'),
  size: { form: ' HEIGHTxWIDTH', typed: (sides) => spaced(sides.join('x')) },
  resize: one('stretch|cover|contain'),
  channels: one('grey|rgb'),
  testShare: one('SHARE'),
  seed: one('N'),
  keepFiles: { form: '', typed: () => '' },
  labels: one('NAME'),
  images: one('NAME'),
  config: one('NAME'),
  trainSplits: names,
  testSplits: names,
  valueRange: { form: '=LOW,HIGH', typed: (range) => `=${range.join(',')}` },
  mostGibibytes: one('N'),
};

/** Answers that are worth a line of a message. */
const NAMED_ANSWERS = 4;

const CHOICES = Object.keys(TYPED) as DecidingChoice[];

function typedChoice<Choice extends DecidingChoice>(choice: Choice, value: ImportChoices[Choice]): string {
  const option = `--${IMPORT_OPTION_OF[choice]}`;
  if (value === null || value === false) return `without ${option}`;
  return `${option}${TYPED[choice].typed(value as NonNullable<ImportChoices[Choice]>)}`;
}

/** The options of the command line that make these choices: `--train-split a,b --test-split none`. */
export function optionsOf(choices: ImportAnswer['choices']): string {
  const typed = CHOICES.flatMap((choice) => {
    const value = choices[choice];
    return value === undefined ? [] : [typedChoice(choice, value)];
  });
  return typed.join(' ');
}

/** The question as a refusal: what is not known, the options that decide, and what some answers would give. */
export function describeQuestion({ path, problem, decides, answers }: ImportQuestion): string {
  // Where the sentence starts with the path, that is its subject.
  const refusal = `${path}: ${problem.replace(/^It /, '').replace(/^Its /, 'its ')}`;
  if (decides.length === 0) return refusal;
  const options = decides.map((choice) => `--${IMPORT_OPTION_OF[choice]}${TYPED[choice].form}`).join(' and ');
  const named = answers.slice(0, NAMED_ANSWERS).map((answer) => `${optionsOf(answer.choices)} (${answer.outcome})`);
  const rest = answers.length - named.length;
  const examples = named.length > 0 ? `: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}` : '';
  return `${refusal} Decide with ${options}${examples}.`;
}
